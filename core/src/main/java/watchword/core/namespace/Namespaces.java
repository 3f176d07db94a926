package watchword.core.namespace;

import java.security.SecureRandom;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import watchword.core.json.Json;
import watchword.core.wire.Schema;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/** The namespaces in the store. Every method may be handed the whole store or any namespace's part of it. */
public final class Namespaces {
    private static final String TREE = "core/namespaces";
    /** Ids that were once given: what names them must never mean another namespace. */
    private static final String GIVEN = "core/namespace-ids/";
    private static final byte[] NOTHING = new byte[0];
    private static final Schema<NamespaceTree.Row> SCHEMA = Schema.of(NamespaceTree.Row.class);
    /** One object, since a caching store keeps what a decoder made by the decoder's identity. */
    private static final Function<byte[], NamespaceTree> DECODE = Namespaces::decode;

    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    /** Length of an id. */
    public static final int ID_CHARS = 6;
    private static final int MAX_NAME = 128;
    private static final int MAX_PATH = 1024;
    private static final Set<String> RESERVED = Set.of(".", "..", "root", "sys", "audit", "auth", "cubbyhole", "identity");

    private final SecureRandom random;

    public Namespaces(SecureRandom random) {
        this.random = random;
    }

    @SuppressWarnings("unchecked") // a row is an object
    private static NamespaceTree decode(byte[] bytes) {
        return new NamespaceTree(SCHEMA.decodeRow((Map<String, Object>) Objects.requireNonNull(Json.parseTrusted(bytes))).namespaces());
    }

    public static NamespaceTree tree(Storage.Reader any) {
        return NamespaceStore.view(any, Namespace.ROOT_ID).get(TREE, DECODE).orElse(NamespaceTree.ROOT_ALONE);
    }

    static void save(Storage.Writer any, NamespaceTree tree) {
        NamespaceStore.view(any, Namespace.ROOT_ID).put(TREE, Json.write(SCHEMA.encodeRow(new NamespaceTree.Row(tree.all()))));
    }

    /** The namespace whose part a store is. One that is gone meanwhile is nobody's. */
    public static Namespace of(Storage.Reader store) {
        var id = NamespaceStore.idOf(store);
        if (id.equals(Namespace.ROOT_ID)) return Namespace.ROOT;
        return tree(store).byId(id).orElseThrow(() -> new Problem.NotFound("namespace not found").asException());
    }

    /** Why a namespace answers nothing, if it or one above it is locked. */
    public static Optional<Problem> locked(Storage.Reader any, Namespace asked) {
        return tree(any).locking(asked)
                .map(by -> new Problem.Unavailable("API access to this namespace has been locked by an administrator - \"" + by.path() + "\" must be unlocked to gain access."));
    }

    /** Nobody may change anything in a namespace that is being removed, or is gone. */
    public static void requireLiving(Storage.Reader store) {
        if (of(store).tainted()) throw new Problem.NotFound("namespace not found").asException();
    }

    /** A mount that would hide a namespace, or that no request would reach for one. */
    public static void requireFree(Storage.Reader store, String mountPath) {
        var child = tree(store).childOn(of(store), mountPath);
        if (child != null) throw new Problem.Invalid("path is already in use at " + child.path()).asException();
    }

    String newId(Storage.Writer store) {
        var whole = NamespaceStore.view(store, Namespace.ROOT_ID);
        while (true) {
            var id = new StringBuilder();
            for (int i = 0; i < ID_CHARS; i++) id.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
            if (whole.get(GIVEN + id).isPresent()) continue;
            whole.put(GIVEN + id, NOTHING);
            return id.toString();
        }
    }

    /** @return the name with its slash, which is one segment of a path and stands for nothing else */
    static String name(String given) {
        var name = given.endsWith("/") ? given.substring(0, given.length() - 1) : given;
        if (name.isEmpty()) throw new Problem.Invalid("namespace name cannot be empty").asException();
        if (name.indexOf('/') >= 0) throw new Problem.Invalid("namespace name cannot contain /").asException();
        return name + "/";
    }

    /** Refuses a name that a path could not have, or that means something else there. */
    static void requireGood(String name, Namespace parent) {
        var plain = name.substring(0, name.length() - 1);
        if (RESERVED.contains(plain.toLowerCase(Locale.ROOT))) {
            throw new Problem.Invalid("\"" + name + "\" is a reserved path and cannot be used as a namespace name").asException();
        }
        plain.codePoints().forEach(c -> requireGood(plain, c));
        if (plain.length() > MAX_NAME) throw new Problem.Invalid("namespace name is longer than " + MAX_NAME + " characters").asException();
        if (parent.path().length() + name.length() > MAX_PATH) throw new Problem.Invalid("path of the namespace is longer than " + MAX_PATH + " characters").asException();
    }

    private static void requireGood(String name, int c) {
        if (Character.isWhitespace(c) || Character.isSpaceChar(c)) throw new Problem.Invalid("\"" + name + "\" contains space characters that cannot be used in a namespace name").asException();
        if (c == '+' || c == '*') throw new Problem.Invalid("\"" + name + "\" contains wildcard characters that cannot be used in a namespace name: '" + (char) c + "'").asException();
        boolean visible = switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED, Character.PRIVATE_USE -> false;
            default -> true;
        };
        if (!visible || "\\;%?#\uFFFD".indexOf(c) >= 0) throw new Problem.Invalid("namespace name has a character that is not allowed").asException();
    }
}
