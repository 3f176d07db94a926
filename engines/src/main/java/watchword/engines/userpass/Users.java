package watchword.engines.userpass;

import java.util.List;
import java.util.Optional;
import watchword.crypto.PasswordHashes;
import watchword.sdk.EngineContext;
import watchword.sdk.Inline;
import watchword.sdk.Names;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;
import watchword.sdk.TokenTerms;

/** Users in the store, by the one form of their names. */
final class Users {
    private static final int MAX_NAME = 512;

    /**
     * A user.
     *
     * @param hash of the password, in its text form
     * @param olderNames of the common fields that were last set by them, and are therefore shown
     */
    record Row(Secret hash, List<String> olderNames, @Inline TokenTerms token) {}

    /** Stands for a hash of bcrypt, below its cost: so it is known what the dearest one costs. */
    record Imported() {}

    private final Table<Row> users;
    private final Table<Imported> imported;

    Users(EngineContext context) {
        this.users = context.table("user", Row.class);
        this.imported = context.table("imported", Imported.class);
    }

    /** A name in the form by which everything about the user is kept; empty for what is no name. */
    static String name(String written) {
        var name = Names.canonical(written);
        return name.length() > MAX_NAME ? "" : name;
    }

    static String requireName(String written) {
        var name = name(written);
        if (name.isEmpty()) throw new Problem.Invalid("username: between 1 and " + MAX_NAME + " characters").asException();
        return name;
    }

    Optional<Row> find(Storage.Reader store, String name) {
        return name.isEmpty() ? Optional.empty() : users.get(store, name);
    }

    List<String> names(Storage.Reader store, String after, int limit) {
        return users.names(store, "", after, limit);
    }

    /** The highest cost of a hash of bcrypt among all users' hashes; 0 when there is none. */
    int importedCost(Storage.Reader store) {
        var costs = imported.names(store, "", "", 100);
        return costs.isEmpty() ? 0 : Integer.parseInt(costs.getLast().substring(0, 2));
    }

    void save(Storage.Writer store, String name, Row row) {
        find(store, name).ifPresent(before -> importedAs(before).ifPresent(key -> imported.delete(store, key + name)));
        importedAs(row).ifPresent(key -> imported.put(store, key + name, new Imported()));
        users.put(store, name, row);
    }

    void remove(Storage.Writer store, String name) {
        find(store, name).ifPresent(before -> importedAs(before).ifPresent(key -> imported.delete(store, key + name)));
        users.delete(store, name);
    }

    private static Optional<String> importedAs(Row row) {
        var cost = PasswordHashes.bcryptCost(row.hash().reveal());
        return cost.isPresent() ? Optional.of((cost.getAsInt() < 10 ? "0" : "") + cost.getAsInt() + "/") : Optional.empty();
    }
}
