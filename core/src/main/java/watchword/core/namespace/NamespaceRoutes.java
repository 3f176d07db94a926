package watchword.core.namespace;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import watchword.core.mount.Mounts;
import watchword.core.policy.Authority;
import watchword.core.token.TokenCaller;
import watchword.core.wire.Rows;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply.None;
import watchword.sdk.Reply;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** {@code sys/namespaces}: those in the namespace that is asked. */
public final class NamespaceRoutes {
    /** What may be asked in a namespace that is locked. */
    public static final String UNLOCK = "sys/namespaces/api-lock/unlock";

    private static final int MOST = 50_000;
    private static final int MOST_METADATA = 64;
    private static final int MOST_KEY = 128;
    private static final int MOST_VALUE = 512;
    private static final int KEY_BYTES = 16;

    /** In the part of each namespace: what no other request needs. */
    private final Rows<Details> details = new Rows<>("core/namespace-details/", Details.class);
    private final Namespaces namespaces;
    private final Mounts mounts;
    private final Authority authority;
    private final BiConsumer<Storage.Writer, Instant> createPolicies;
    private final NamespaceRemoval removal;
    private final SecureRandom random;

    /** @param createPolicies those that every namespace begins with */
    public NamespaceRoutes(Namespaces namespaces, Mounts mounts, Authority authority, BiConsumer<Storage.Writer, Instant> createPolicies, NamespaceRemoval removal,
            SecureRandom random) {
        this.namespaces = namespaces;
        this.mounts = mounts;
        this.authority = authority;
        this.createPolicies = createPolicies;
        this.removal = removal;
        this.random = random;
    }

    /** @param unlockHash of the key that unlocks it; empty while it is not locked */
    record Details(Map<String, String> customMetadata, String unlockHash) {
        static final Details NONE = new Details(Map.of(), "");
    }

    record Nothing() {}

    record At(@Doc("Name of the namespace.") String path) {}

    record Set(
            @Doc("Name of the namespace.") String path,
            @Doc("Texts about it, by name; they replace those that were there.") Map<String, String> customMetadata) {}

    record Change(
            @Doc("Name of the namespace.") String path,
            @Doc("Texts about it, by name; null drops one, and null for all of them drops all.") Map<String, Object> customMetadata) {}

    record Lock(@Doc("Path of the namespace, from the one that is asked; empty for that one.") String path) {}

    record Unlock(
            @Doc("Path of the namespace, from the one that is asked; empty for that one.") String path,
            @Doc("The key that locking answered; not needed with sudo.") Secret unlockKey) {}

    record Locked(@Doc("The key that unlocks the namespace; it is not kept.") Secret unlockKey) {}

    record Keys(@Doc("Names of namespaces, sorted.") List<String> keys) {}

    record Listed(
            @Doc("Paths of the namespaces, from the one that is asked, sorted.") List<String> keys,
            @Doc("About each, by its path.") Map<String, Shown> keyInfo) {}

    record Shown(
            @Doc("Texts about it, by name.") Map<String, String> customMetadata,
            @Doc("Stands at the end of its tokens, accessors and lease ids.") String id,
            @Doc("Whether it is locked: then it answers nothing.") boolean locked,
            @Doc("Path from the root.") String path,
            @Doc("Whether it is being removed.") boolean tainted,
            @Doc("Names it for ever.") String uuid) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.list("namespaces", Nothing.class, Listed.class, call -> list(call.store(), false), "List the namespaces in this one."),
                Route.scan("namespaces", Nothing.class, Listed.class, call -> list(call.store(), true), "List the namespaces in this one, and those in them."),
                Route.read("namespaces/{path*}", At.class, Shown.class, this::read, "Tell about a namespace."),
                Route.write("namespaces/{path*}", Set.class, Shown.class, this::write, "Create a namespace, or change what is told of it.")
                        .existence(call -> child(call.store(), Namespaces.name(call.input().path())).isPresent()),
                Route.patch("namespaces/{path*}", Change.class, Shown.class, this::patch, "Change some of what is told of a namespace."),
                Route.effect(Operation.DELETE, "namespaces/{path*}", At.class, None.class, this::delete,
                        "Remove a namespace: what it issued is revoked, and what it kept deleted. One that has others in it is not removed."),
                Route.write("namespaces/api-lock/lock/{path*}", Lock.class, Locked.class, this::lock, "Lock a namespace and those in it: they answer nothing until it is unlocked."),
                Route.write("namespaces/api-lock/unlock/{path*}", Unlock.class, None.class, this::unlock, "Unlock a namespace."),
                Route.read("internal/ui/namespaces", Nothing.class, Keys.class, this::visible, "List the namespaces in this one that the caller can reach."));
    }

    // ---- looking ----

    private static Optional<Namespace> child(Storage.Reader store, String name) {
        var parent = Namespaces.of(store);
        Namespaces.requireGood(name, parent);
        return Namespaces.tree(store).at(parent.path() + name);
    }

    private Shown shown(Storage.Reader store, Namespace namespace) {
        return new Shown(detailsOf(store, namespace).customMetadata(), namespace.id(), namespace.locked(), namespace.path(), namespace.tainted(), namespace.uuid());
    }

    private Details detailsOf(Storage.Reader store, Namespace namespace) {
        return details.get(NamespaceStore.view(store, namespace.id()), "own").orElse(Details.NONE);
    }

    private Reply<Listed> list(Storage.Reader store, boolean deep) {
        var parent = Namespaces.of(store);
        var tree = Namespaces.tree(store);
        var found = new TreeMap<String, Shown>();
        for (var each : deep ? tree.below(parent) : tree.children(parent)) found.put(each.path().substring(parent.path().length()), shown(store, each));
        if (found.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Listed(List.copyOf(found.keySet()), found));
    }

    private Reply<Shown> read(Call.Read<At> call) {
        return Reply.of(child(call.store(), Namespaces.name(call.input().path())).map(found -> shown(call.store(), found)).orElseThrow(() -> new Problem.NotFound().asException()));
    }

    private Reply<Keys> visible(Call.Read<Nothing> call) {
        if (!(call.caller() instanceof TokenCaller caller)) throw new Problem.Denied().asException();
        var keys = Namespaces.tree(call.store()).children(Namespaces.of(call.store())).stream()
                .filter(each -> authority.of(NamespaceStore.view(call.store(), each.id()), caller).reaches("")).map(Namespace::name).toList();
        if (keys.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Keys(keys));
    }

    // ---- making and changing ----

    private Reply<Shown> write(Call.Change<Set> call) {
        var store = call.store();
        var name = Namespaces.name(call.input().path());
        requireMetadata(call.input().customMetadata());
        var namespace = child(store, name).orElseGet(() -> create(store, name, call.now()));
        return changed(store, namespace, call.input().customMetadata());
    }

    /** All of it in one transaction: there is never half a namespace. */
    private Namespace create(Storage.Writer store, String name, Instant now) {
        var parent = Namespaces.of(store);
        var tree = Namespaces.tree(store);
        if (tree.all().size() >= MOST) throw new Problem.Invalid("there are " + MOST + " namespaces already").asException();
        mounts.conflicting(store, name).ifPresent(mount -> {
            throw new Problem.Invalid("new namespace conflicts with existing mount: " + mount.path()).asException();
        });
        var made = new Namespace(namespaces.newId(store), mounts.newUuid(), parent.path() + name, false, false);
        Namespaces.save(store, tree.with(made));
        var part = NamespaceStore.view(store, made.id());
        mounts.createSystemMounts(part);
        createPolicies.accept(part, now);
        return made;
    }

    private Reply<Shown> changed(Storage.Writer store, Namespace namespace, Map<String, String> metadata) {
        if (namespace.tainted()) throw new Problem.Invalid("namespace with that name exists and is currently tainted").asException();
        details.put(NamespaceStore.view(store, namespace.id()), "own", new Details(metadata, detailsOf(store, namespace).unlockHash()));
        return Reply.of(shown(store, namespace));
    }

    private Reply<Shown> patch(Call.Change<Change> call) {
        var namespace = child(call.store(), Namespaces.name(call.input().path())).orElseThrow(() -> new Problem.NotFound("namespace not found").asException());
        if (!call.ask().body().containsKey("custom_metadata")) throw new Problem.Invalid("missing required field \"custom_metadata\"").asException();
        var metadata = new LinkedHashMap<String, String>();
        if (call.ask().body().get("custom_metadata") != null) metadata.putAll(detailsOf(call.store(), namespace).customMetadata());
        for (var field : call.input().customMetadata().entrySet()) {
            // Null in the request: that is how a merge patch drops a field.
            switch ((@Nullable Object) field.getValue()) {
                case null -> metadata.remove(field.getKey());
                case String text -> metadata.put(field.getKey(), text);
                default -> throw new Problem.Invalid("metadata patch can only have string or null values").asException();
            }
        }
        requireMetadata(metadata);
        return changed(call.store(), namespace, metadata);
    }

    private static void requireMetadata(Map<String, String> metadata) {
        if (metadata.size() > MOST_METADATA) throw new Problem.Invalid("custom_metadata has more than " + MOST_METADATA + " fields").asException();
        metadata.forEach((key, value) -> {
            if (key.isEmpty() || key.length() > MOST_KEY) throw new Problem.Invalid("custom_metadata: a name must have 1 to " + MOST_KEY + " characters").asException();
            if (value.length() > MOST_VALUE) throw new Problem.Invalid("custom_metadata: a text is longer than " + MOST_VALUE + " characters").asException();
        });
    }

    private Reply<None> delete(Call.Effect<At> call) {
        var name = Namespaces.name(call.input().path());
        var namespace = call.storage().<Optional<Namespace>>read(store -> child(store, name));
        if (namespace.isEmpty()) return Reply.<None>nothing().warn("requested namespace does not exist");
        removal.remove(namespace.get());
        return Reply.nothing();
    }

    // ---- locking ----

    private static Namespace lockable(Storage.Reader store, String path) {
        var below = path.isEmpty() || path.endsWith("/") ? path : path + "/";
        var found = Namespaces.tree(store).at(Namespaces.of(store).path() + below).orElseThrow(() -> new Problem.Invalid("requested namespace does not exist").asException());
        if (found.isRoot()) throw new Problem.Invalid("root namespace cannot be locked/unlocked").asException();
        return found;
    }

    private Reply<Locked> lock(Call.Change<Lock> call) {
        var store = call.store();
        var namespace = lockable(store, call.input().path());
        Namespaces.tree(store).locking(namespace).ifPresent(locking -> {
            throw new Problem.Invalid("cannot lock namespace \"" + namespace.path() + "\": " + (locking.id().equals(namespace.id()) ? "is already locked"
                    : "ancestor namespace \"" + locking.path() + "\" is already locked")).asException();
        });
        var bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        var key = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        setLock(store, namespace, true, hash(Secret.copyOf(key)));
        return Reply.of(new Locked(Secret.copyOf(key)));
    }

    private Reply<None> unlock(Call.Change<Unlock> call) {
        var store = call.store();
        var namespace = lockable(store, call.input().path());
        var key = call.input().unlockKey();
        boolean sudo = call.caller() instanceof TokenCaller caller && caller.sudo();
        if (key.size() == 0 && !sudo) throw new Problem.Invalid("provided empty key").asException();
        if (!namespace.locked()) throw new Problem.Invalid("namespace \"" + namespace.path() + "\" is not locked").asException();
        var kept = Secret.copyOf(detailsOf(store, namespace).unlockHash());
        if (key.size() > 0 && !kept.sameAs(Secret.copyOf(hash(key)))) throw new Problem.Invalid("incorrect unlock key").asException();
        setLock(store, namespace, false, "");
        return key.size() > 0 ? Reply.nothing() : Reply.<None>nothing().warn("Namespace unlocked using sudo capabilities");
    }

    private void setLock(Storage.Writer store, Namespace namespace, boolean locked, String unlockHash) {
        Namespaces.save(store, Namespaces.tree(store).with(namespace.locking(locked)));
        details.put(NamespaceStore.view(store, namespace.id()), "own", new Details(detailsOf(store, namespace).customMetadata(), unlockHash));
    }

    private static String hash(Secret key) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            return key.use(bytes -> HexFormat.of().formatHex(digest.digest(bytes)));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
