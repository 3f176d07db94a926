package watchword.engines.ldap.secrets;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import watchword.sdk.EngineContext;
import watchword.sdk.Names;
import watchword.sdk.Problem;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** Which accounts have their password from here, so that none has it from two places. */
final class Managed {
    private final Table<By> rows;

    Managed(EngineContext context) {
        this.rows = context.table("managed", By.class);
    }

    /** @param what a static role, or a library */
    record By(String what) {}

    /** An account as its directory knows it: by its place, and by its names. */
    record Entry(String dn, List<String> names) {}

    /** The account's name as a part of a key; names of a directory do not differ by case. */
    static String key(String account) {
        return URLEncoder.encode(Names.canonical(account), StandardCharsets.UTF_8);
    }

    /** @throws Problem.ProblemException when it has one from elsewhere */
    void claim(Storage.Writer store, String account, String what) {
        rows.get(store, key(account)).filter(by -> !by.what().equals(what)).ifPresent(_ -> {
            throw managedAlready(account);
        });
        rows.put(store, key(account), new By(what));
    }

    /** Where an account is said to be, as a name that no account has. */
    static String place(String dn) {
        return "dn=" + Directory.normal(dn);
    }

    /** @throws Problem.ProblemException when it has one from elsewhere, by its place or another name of it */
    void requireSole(Storage.Reader store, Entry entry, String what) {
        var by = new ArrayList<>(entry.names());
        by.add(place(entry.dn()));
        for (var name : by) {
            if (rows.get(store, key(name)).filter(each -> !each.what().equals(what)).isPresent()) throw managedAlready(name);
        }
    }

    private static Problem.ProblemException managedAlready(String account) {
        return new Problem.Invalid("\"" + account + "\" is already managed by the secrets engine").asException();
    }

    void release(Storage.Writer store, String account) {
        rows.delete(store, key(account));
    }
}
