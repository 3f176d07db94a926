package watchword.core.mount;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import watchword.core.policy.Authority;
import watchword.core.request.RequestPath;
import watchword.core.token.TokenCaller;
import watchword.core.wire.Durations;
import watchword.sdk.Body;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.PrefixedStore;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Storage;

/** {@code sys/mounts}, {@code sys/auth}, {@code sys/remount} and what the user interface asks about mounts. */
public final class MountRoutes {
    private final Mounts mounts;
    private final Authority authority;
    private final BiConsumer<Storage, String> revokePrefix;
    private final MountFollower follower;
    private final MountRemoval removal;
    private final Moves moves = new Moves();

    /**
     * @param revokePrefix ends every lease and token below a path in a namespace's part, on its engine too, before the mount moves
     * @param follower has rows that name mounts
     */
    public MountRoutes(Mounts mounts, Authority authority, BiConsumer<Storage, String> revokePrefix, MountFollower follower, MountRemoval removal) {
        this.mounts = mounts;
        this.authority = authority;
        this.revokePrefix = revokePrefix;
        this.follower = follower;
        this.removal = removal;
    }

    record Nothing() {}

    record At(@Doc("Path of the mount.") String path) {}

    record Enable(
            @Doc("Path to mount at.") String path,
            @Doc("Type of the engine or auth method.") String type,
            @Doc("What it is for, in words.") String description,
            @Doc("default_lease_ttl, max_lease_ttl, listing_visibility, token_type and the like.") Map<String, Object> config,
            @Doc("Options of the engine, such as version=2 for kv.") Map<String, String> options,
            @Doc("Kept for clients; there is no replication.") boolean local,
            @Doc("Kept for clients; everything is sealed alike.") boolean sealWrap,
            @Doc("Kept for clients.") boolean externalEntropyAccess,
            @Doc("Older name of type.") String pluginName,
            @Doc("Kept for clients; engines are built in.") String pluginVersion) {}

    record Tune(
            @Doc("Path of the mount.") String path,
            @Doc("Lifetime of what it issues; 0 or \"system\" for the server's.") Optional<String> defaultLeaseTtl,
            @Doc("Longest lifetime of what it issues; 0 or \"system\" for the server's.") Optional<String> maxLeaseTtl,
            @Doc("What it is for, in words.") Optional<String> description,
            @Doc("Request fields that audit may show in clear.") Optional<List<String>> auditNonHmacRequestKeys,
            @Doc("Answer fields that audit may show in clear.") Optional<List<String>> auditNonHmacResponseKeys,
            @Doc("unauth, hidden or nothing.") Optional<String> listingVisibility,
            @Doc("Request headers handed to the engine.") Optional<List<String>> passthroughRequestHeaders,
            @Doc("Answer headers the engine may set.") Optional<List<String>> allowedResponseHeaders,
            @Doc("service, batch, default-service or default-batch; auth methods only.") Optional<String> tokenType,
            @Doc("Options of the engine, such as version=2 for kv.") Optional<Map<String, String>> options,
            @Doc("Lock-out after failed logins: lockout_threshold, lockout_duration, lockout_counter_reset_duration, lockout_disable; userpass, ldap and approle only.") Optional<Map<String, Object>> userLockoutConfig,
            @Doc("Kept for clients; engines are built in.") Optional<String> pluginVersion) {}

    record Move(
            @Doc("Path to move from; with auth/ for an auth method.") String from,
            @Doc("Path to move to.") String to) {}

    record Moved(@Doc("Id to ask how the move went.") String migrationId) {}

    record MoveId(@Doc("Id that the move was answered with.") String migrationId) {}

    record MoveFacts(
            @Doc("Id of the move.") String migrationId,
            @Doc("How it went.") Info migrationInfo) {

        record Info(
                @Doc("Path it was moved from.") String sourceMount,
                @Doc("Path it was moved to.") String targetMount,
                @Doc("`success`: a move is carried out while the request waits.") String status) {}
    }

    record Listed(@Doc("Each mount by its path.") @Body Map<String, MountFacts> mounts) {}

    record Visible(
            @Doc("Auth methods by their path; without a token, those with listing_visibility=unauth.") Map<String, MountFacts> auth,
            @Doc("Secrets engines by their path; without a token, those with listing_visibility=unauth.") Map<String, MountFacts> secret) {}

    public List<Route<?, ?>> routes() {
        var all = new ArrayList<Route<?, ?>>();
        all.addAll(routesFor("mounts", false, "a secrets engine", "the secrets engines"));
        all.addAll(routesFor("auth", true, "an auth method", "the auth methods"));
        all.add(Route.effect(Operation.WRITE, "remount", Move.class, Moved.class, this::move, "Move a mount to another path.").with(Trait.SUDO, Trait.FLAT));
        all.add(Route.read("remount/status/{migration_id}", MoveId.class, MoveFacts.class, this::moveStatus, "Tell how a move went."));
        all.add(Route.read("internal/ui/mounts", Nothing.class, Visible.class, this::visible, "List the mounts the caller can see.").with(Trait.NO_TOKEN));
        all.add(Route.read("internal/ui/mounts/{path*}", At.class, MountFacts.class, this::visibleOne, "Tell about the mount that a path is in.").with(Trait.NO_TOKEN));
        return List.copyOf(all);
    }

    private List<Route<?, ?>> routesFor(String word, boolean auth, String one, String all) {
        return List.of(
                Route.read(word, Nothing.class, Listed.class, call -> list(call, auth), "List " + all + ".").with(Trait.FLAT),
                Route.read(word + "/{path*}", At.class, MountFacts.class, call -> Reply.of(MountFacts.of(require(call.store(), call.input().path(), auth))), "Tell about " + one + ".")
                        .with(Trait.FLAT),
                Route.write(word + "/{path*}", Enable.class, None.class, call -> enable(call, auth), "Enable " + one + ".").with(Trait.SUDO),
                Route.read(word + "/{path*}/tune", At.class, MountFacts.Tuning.class,
                        call -> Reply.of(MountFacts.tuning(mounts, require(call.store(), call.input().path(), auth))), "Tell the settings of " + one + ".").with(Trait.FLAT),
                Route.write(word + "/{path*}/tune", Tune.class, None.class, call -> tune(call.store(), require(call.store(), call.input().path(), auth), call.input()),
                        "Change settings of " + one + "; those not sent stay.").with(Trait.SUDO),
                Route.effect(Operation.DELETE, word + "/{path*}", At.class, None.class, call -> disable(call, auth), "Disable " + one + "; what it issued is revoked and what it kept deleted.")
                        .with(Trait.SUDO));
    }

    // ---- telling ----

    private Reply<Listed> list(Call.Read<Nothing> call, boolean auth) {
        var all = new LinkedHashMap<String, MountFacts>();
        for (var mount : mounts.all(call.store(), auth)) all.put(Mounts.shown(mount.path()), MountFacts.of(mount));
        return Reply.of(new Listed(all));
    }

    private MountEntry require(Storage.Reader store, String path, boolean auth) {
        var folder = folder(path);
        // sys/mounts also knows auth methods by their whole path, as tuning them goes
        boolean whole = !auth && folder.startsWith(MountEntry.AUTH);
        return mounts.at(store, auth ? MountEntry.AUTH + folder : folder).orElseThrow(() -> new Problem.Invalid(
                        (auth || whole ? "No auth engine at " : "No secret engine mount at ") + folder).asException());
    }

    static String folder(String path) {
        return path.endsWith("/") ? path : path + "/";
    }

    // ---- enabling ----

    private Reply<None> enable(Call.Change<Enable> call, boolean auth) {
        var store = call.store();
        var wanted = call.input();
        var folder = folder(wanted.path());
        requireFreePath(folder, auth);
        var type = wanted.type().isEmpty() ? wanted.pluginName() : wanted.type();
        if (type.isEmpty()) throw new Problem.Invalid("backend type must be specified as a string").asException();
        var options = new LinkedHashMap<>(wanted.options());
        if (type.equals("kv-v2")) options.put("version", "2");
        if (type.equals("kv-v1")) options.put("version", "1");
        if (type.startsWith("kv-v") || type.equals("generic")) type = "kv";
        if (mounts.catalog().find(auth, type).isEmpty() || MountEntry.isSystem(type)) {
            var there = mounts.catalog().types(auth).stream().filter(each -> !MountEntry.isSystem(each)).sorted().toList();
            throw new Problem.Invalid("plugin not found in the catalog: " + type + " (there is: " + (there.isEmpty() ? "none" : String.join(", ", there)) + ")").asException();
        }
        var tune = Inputs.decode(Tune.class, wanted.config(), "");
        var config = tuned(MountEntry.Config.EMPTY, tune, auth, type);
        var uuid = mounts.newUuid();
        var entry = new MountEntry(auth ? MountEntry.AUTH + folder : folder, type, mounts.newAccessor(auth, type), uuid, wanted.description(), config, options,
                wanted.local(), wanted.sealWrap(), wanted.externalEntropyAccess(), wanted.pluginVersion(), false);
        mounts.add(store, entry);
        mounts.engine(entry).engine().optionsChanged(PrefixedStore.view(store, entry.storagePrefix()), Map.of(), entry.options());
        return Reply.nothing();
    }

    private static void requireFreePath(String folder, boolean auth) {
        if (folder.equals("/")) throw new Problem.Invalid("cannot mount at the root").asException();
        var first = folder.substring(0, folder.indexOf('/') + 1);
        boolean reserved = auth ? folder.equals("token/") : List.of("auth/", "sys/", "cubbyhole/", "identity/", "audit/").contains(first);
        if (reserved) throw new Problem.Invalid("cannot mount \"" + (auth ? "auth/" : "") + folder + "\"").asException();
        if (folder.contains(" /") || folder.startsWith(" ") || folder.contains("+") || folder.contains("*")) throw new Problem.Invalid("path has a character that is not allowed").asException();
    }

    // ---- tuning ----

    private Reply<None> tune(Storage.Writer store, MountEntry entry, Tune tune) {
        var config = tuned(entry.config(), tune, entry.isAuth(), entry.type());
        var options = new LinkedHashMap<>(entry.options());
        tune.options().ifPresent(changes -> changes.forEach((key, value) -> {
            if (value.isEmpty()) options.remove(key);
            else options.put(key, value);
        }));
        if (!options.equals(entry.options())) {
            mounts.engine(entry).engine().optionsChanged(PrefixedStore.view(store, entry.storagePrefix()), entry.options(), options);
        }
        mounts.replace(store, entry.tuned(tune.description().orElse(entry.description()), config, options));
        return Reply.nothing();
    }

    private MountEntry.Config tuned(MountEntry.Config c, Tune t, boolean auth, String type) {
        var defaultTtl = ttl(t.defaultLeaseTtl(), c.defaultLeaseTtl());
        var maxTtl = ttl(t.maxLeaseTtl(), c.maxLeaseTtl());
        var longest = maxTtl.isZero() ? mounts.systemMaxTtl() : maxTtl;
        if (defaultTtl.compareTo(longest) > 0) {
            throw new Problem.Invalid("given default lease TTL greater than max lease TTL of " + longest.toSeconds() + "s").asException();
        }
        t.listingVisibility().filter(v -> !List.of("", "unauth", "hidden").contains(v)).ifPresent(v -> {
            throw new Problem.Invalid("invalid listing_visibility \"" + v + "\": use unauth, hidden or nothing").asException();
        });
        t.tokenType().ifPresent(wanted -> {
            if (!auth) throw new Problem.Invalid("'token_type' can only be modified on auth mounts").asException();
            if (!List.of("service", "batch", "default-service", "default-batch").contains(wanted)) throw new Problem.Invalid("invalid value for 'token_type'").asException();
        });
        return new MountEntry.Config(defaultTtl, maxTtl, c.forceNoCache(), t.listingVisibility().or(c::listingVisibility),
                t.tokenType().or(() -> auth ? c.tokenType().or(() -> Optional.of("default-service")) : Optional.empty()), t.auditNonHmacRequestKeys().or(c::auditNonHmacRequestKeys),
                t.auditNonHmacResponseKeys().or(c::auditNonHmacResponseKeys), t.passthroughRequestHeaders().or(c::passthroughRequestHeaders),
                t.allowedResponseHeaders().or(c::allowedResponseHeaders), t.userLockoutConfig().filter(sent -> !sent.isEmpty()).map(sent -> UserLockout.changed(auth ? type : "", c.userLockout(), sent)).or(c::userLockout));
    }

    private static Duration ttl(Optional<String> given, Duration before) {
        if (given.isEmpty()) return before;
        if (given.get().equals("system")) return Duration.ZERO;
        try {
            var ttl = Durations.parse(given.get());
            if (ttl.isNegative()) throw new Problem.Invalid("time: negative durations are not allowed").asException();
            return ttl;
        } catch (Durations.InvalidException invalid) {
            throw new Problem.Invalid(String.valueOf(invalid.getMessage())).asException();
        }
    }

    // ---- removing and moving ----

    private Reply<None> disable(Call.Effect<At> call, boolean auth) {
        var folder = folder(call.input().path());
        var path = auth ? MountEntry.AUTH + folder : folder;
        var entry = call.storage().read(store -> mounts.at(store, path));
        if (entry.isEmpty()) return Reply.nothing();
        if (entry.get().isSystem()) throw new Problem.Invalid("cannot unmount \"" + path + "\"").asException();
        removal.remove(call.storage(), path);
        return Reply.nothing();
    }

    private Reply<Moved> move(Call.Effect<Move> call) {
        var from = folder(strip(call.input().from()));
        var to = RequestPath.ofPlain(folder(strip(call.input().to()))).text(); // else no request could reach it
        if (from.equals("/") || to.equals("/")) throw new Problem.Invalid("both 'from' and 'to' path must be specified as a string").asException();
        if (from.startsWith(MountEntry.AUTH) != to.startsWith(MountEntry.AUTH)) throw new Problem.Invalid("cannot remount between auth and secret mounts").asException();
        var entry = call.storage().read(store -> mounts.at(store, from)).orElseThrow(() -> new Problem.Invalid("no matching mount at \"" + from + "\"").asException());
        if (entry.isSystem()) throw new Problem.Invalid("cannot remount \"" + from + "\"").asException();
        boolean auth = entry.isAuth();
        requireFreePath(auth ? to.substring(MountEntry.AUTH.length()) : to, auth);
        revokePrefix.accept(call.storage(), from);
        var id = mounts.newUuid();
        call.storage().update(store -> mounts.at(store, from).ifPresent(still -> {
            mounts.move(store, still, to);
            follower.moved(store, still, to);
            moves.add(store, id, new Moves.Row(from, to, "success", call.now()));
        }));
        follower.settled();
        return Reply.of(new Moved(id)).warn("Mount move has been queued. Progress will be reported in Watchword's server log, tagged with the returned migration_id");
    }

    private static String strip(String path) {
        return path.startsWith("/") ? path.substring(1) : path;
    }

    private Reply<MoveFacts> moveStatus(Call.Read<MoveId> call) {
        var id = call.input().migrationId();
        var row = moves.find(call.store(), id).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new MoveFacts(id, new MoveFacts.Info(row.sourceMount(), row.targetMount(), row.status())));
    }

    // ---- what clients see ----

    private Reply<Visible> visible(Call.Read<Nothing> call) {
        return Reply.of(new Visible(visible(call, true), visible(call, false)));
    }

    private Map<String, MountFacts> visible(Call.Read<Nothing> call, boolean auth) {
        var seen = new LinkedHashMap<String, MountFacts>();
        var acl = call.caller() instanceof TokenCaller caller ? authority.of(call.store(), caller) : null;
        for (var mount : mounts.all(call.store(), auth)) {
            boolean open = mount.config().listingVisibility().orElse("").equals("unauth");
            if (acl != null ? open || acl.reaches(mount.path()) : open) {
                seen.put(Mounts.shown(mount.path()), acl != null ? MountFacts.of(mount) : MountFacts.publicly(mount));
            }
        }
        return seen;
    }

    private Reply<MountFacts> visibleOne(Call.Read<At> call) {
        var path = call.input().path();
        @Nullable MountEntry mount = mounts.covering(call.store(), path).orElse(null);
        var asked = folder(path);
        if (mount == null || !(call.caller() instanceof TokenCaller caller) || !authority.of(call.store(), caller).reaches(mount.path())) {
            throw new Problem.Denied("preflight capability check returned 403, please ensure client's policies grant access to path \"" + asked + "\"").asException();
        }
        return Reply.of(MountFacts.of(mount).at(mount.path()));
    }
}
