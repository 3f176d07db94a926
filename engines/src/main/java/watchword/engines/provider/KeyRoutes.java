package watchword.engines.provider;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import watchword.engines.provider.HeldKey.Pending;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Inline;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Rotating.Rotated;
import watchword.sdk.Rotation;
import watchword.sdk.RotationFields;
import watchword.sdk.RotationTerms;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Schedule;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** {@code keys} and {@code rotate-key}: keys that are kept here and replaced, or made for each caller. */
final class KeyRoutes {
    /** What the replacing of a key is called among rotations, before its name. */
    static final String KEYS = "keys/";
    /** What the ending of the keys before it is called. */
    static final String OVERLAPS = "overlap/";

    private static final Duration LONGEST_OVERLAP = Duration.ofDays(366);
    /** How often it is looked whether an overlap is over, at most. */
    private static final Duration LEAST_LOOK = Duration.ofMinutes(10);

    private final Table<KeptKey> keys;
    private final Table<HeldKey> held;
    private final ConfigRoutes configs;
    private final SecureRandom random;
    private final InstantSource clock;
    private final Consumer<Duration> pause;

    KeyRoutes(EngineContext context, Table<KeptKey> keys, ConfigRoutes configs, Consumer<Duration> pause) {
        this.keys = keys;
        this.held = context.table("held", HeldKey.class);
        this.configs = configs;
        this.random = context.random();
        this.clock = context.clock();
        this.pause = pause;
    }

    record Named(@Doc("Name of the key.") String name) {}

    record Write(
            @Doc("Name of the key.") String name,
            @Doc("Configuration of the provider; it stays.") Optional<String> config,
            @Doc("`static` for one key that is kept and replaced; `dynamic` for a key for each caller, which ends with its lease. It stays.") Optional<String> mode,
            @Doc("How long the key before the current one works; it is ended within that time once more, or ten minutes. An hour without.") Optional<Duration> overlap,
            @Doc("After what time readers look again, at most the overlap, which it is without; of a dynamic key, how long its lease is.") Optional<Duration> ttl,
            @Doc("How long the lease of a dynamic key can be prolonged; the mount's when 0.") Optional<Duration> maxTtl,
            @Doc("A key that was made by hand, to begin with.") Optional<Secret> key,
            @Doc("What the provider calls that key.") Optional<String> keyId,
            @Inline RotationFields rotation) {}

    record Give(
            @Doc("Name of the key.") String name,
            @Doc("A key that was made by hand, in place of one that is made now.") Optional<Secret> key,
            @Doc("What the provider calls that key.") Optional<String> keyId) {}

    record Shown(
            @Doc("Configuration of the provider.") String config,
            @Doc("What the provider calls the current key; left out when there is none.") Optional<String> keyId,
            @Doc("When it took the place of the one before; left out when there is none.") Optional<Instant> lastVaultRotation,
            @Doc("How long the lease of a dynamic key can be prolonged.") Duration maxTtl,
            @Doc("`static` or `dynamic`.") String mode,
            @Doc("How long the key before the current one works.") Duration overlap,
            @Doc("What the provider calls keys before it that are not ended yet.") List<String> previousKeyIds,
            @Inline RotationTerms terms,
            @Doc("After what time readers look again; of a dynamic key, how long its lease is.") Duration ttl,
            @Doc("How many keys there were, with this one.") long version) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("keys", Page.class, Page.Keys.class, call -> call.input().of(keys, call.store()), "List the keys."),
                Route.read("keys/{name}", Named.class, Shown.class, this::read, "Read how a key is kept, without it."),
                Route.effect(Operation.WRITE, "keys/{name}", Write.class, None.class, this::write, "Keep a key, which is made at once; or change how it is kept."),
                Route.effect(Operation.DELETE, "keys/{name}", Named.class, None.class, this::delete, "End a key and those before it, at the provider first."),
                Route.effect(Operation.WRITE, "rotate-key/{name}", Give.class, None.class, this::rotateNow, "Replace a key now."));
    }

    private Optional<KeptKey> find(Storage.Reader store, String name) {
        return keys.get(store, name).filter(key -> !key.ending());
    }

    KeptKey require(Storage.Reader store, String name) {
        return find(store, name).orElseThrow(() -> new Problem.NotFound().asException());
    }

    HeldKey held(Storage.Reader store, String name) {
        return held.get(store, name).orElse(HeldKey.NONE);
    }

    private Reply<Shown> read(Call.Read<Named> call) {
        var name = call.input().name();
        var key = require(call.store(), name);
        var now = held(call.store(), name);
        return Reply.of(new Shown(key.config(), now.current().map(HeldKey.Live::id).filter(id -> !id.isEmpty()), now.current().map(HeldKey.Live::since), key.maxTtl(), key.mode(), key.overlap(),
                now.previous().stream().map(HeldKey.Previous::id).filter(id -> !id.isEmpty()).toList(), key.terms(), key.ttl(), now.version()));
    }

    private Reply<None> write(Call.Effect<Write> call) {
        var in = call.input();
        if (!in.name().matches(ConfigRoutes.NAME)) throw new Problem.Invalid("name", "must be letters, digits, - and _, 40 at most").asException();
        var before = call.storage().<Optional<KeptKey>>read(store -> keys.get(store, in.name()));
        var after = wanted(in, before);
        var provider = call.storage().<Provider>read(store -> configs.provider(store, after.config()));
        requirePossible(after, provider, before.isPresent() || in.key().isPresent());
        var given = given(in.key(), in.keyId(), provider);
        if (before.isPresent() && given.isPresent()) throw new Problem.Invalid("key", "is given to rotate-key once there is one").asException();
        var now = call.storage().<HeldKey>read(store -> held(store, in.name()));
        if (!after.isDynamic()) {
            call.rotates(after.terms().of(KEYS + in.name(), now.current().map(HeldKey.Live::since).orElse(call.now())));
            call.rotates(new Rotation(OVERLAPS + in.name(), Optional.of(new Schedule.Every(after.overlap().compareTo(LEAST_LOOK) > 0 ? after.overlap() : LEAST_LOOK)), call.now()));
        }
        call.storage().update(store -> {
            if (!keys.get(store, in.name()).equals(before)) throw new Problem.Conflict("the key was changed at the same time; try again").asException();
            keys.put(store, in.name(), after);
            if (before.isEmpty() && !after.isDynamic()) held.put(store, in.name(), HeldKey.NONE.with(given));
        });
        if (!after.isDynamic() && now.current().isEmpty()) first(call, before.isEmpty());
        return Reply.nothing();
    }

    /** What has no key, and certainly has none under way, has never been. */
    private void first(Call.Effect<Write> call, boolean isNew) {
        var name = call.input().name();
        try {
            call.rotate(KEYS + name);
        } catch (Problem.ProblemException failed) {
            if (isNew) call.storage().update(store -> {
                if (!held(store, name).equals(HeldKey.NONE)) return;
                keys.delete(store, name);
                held.delete(store, name);
            });
            throw failed;
        }
    }

    private KeptKey wanted(Write in, Optional<KeptKey> before) {
        before.filter(KeptKey::ending).ifPresent(_ -> {
            throw new Problem.Conflict("this key is being ended; delete it again to have that finished").asException();
        });
        var config = in.config().or(() -> before.map(KeptKey::config)).filter(name -> !name.isEmpty()).orElseThrow(() -> new Problem.Invalid("missing config").asException());
        var mode = in.mode().or(() -> before.map(KeptKey::mode)).orElse(KeptKey.STATIC);
        if (!mode.equals(KeptKey.STATIC) && !mode.equals(KeptKey.DYNAMIC)) throw new Problem.Invalid("mode", "must be static or dynamic").asException();
        if (before.filter(key -> !key.config().equals(config) || !key.mode().equals(mode)).isPresent()) throw new Problem.Invalid("config and mode of a key stay: delete it and make another").asException();
        boolean dynamic = mode.equals(KeptKey.DYNAMIC);
        var overlap = in.overlap().or(() -> before.map(KeptKey::overlap)).orElse(dynamic ? Duration.ZERO : Duration.ofHours(1));
        if (overlap.isNegative() || overlap.compareTo(LONGEST_OVERLAP) > 0) throw new Problem.Invalid("overlap", "must be a year at most").asException();
        var ttl = in.ttl().or(() -> before.map(KeptKey::ttl)).orElse(overlap);
        var maxTtl = in.maxTtl().or(() -> before.map(KeptKey::maxTtl)).orElse(Duration.ZERO);
        if (ttl.isNegative() || maxTtl.isNegative()) throw new Problem.Invalid("ttl and max_ttl cannot be negative").asException();
        // Who looks again within the overlap never holds a key that was ended.
        if (!dynamic && ttl.compareTo(overlap) > 0) throw new Problem.Invalid("ttl", "must be at most the overlap").asException();
        if (dynamic && (!overlap.isZero() || in.key().isPresent() || !in.rotation().equals(RotationFields.NONE))) throw new Problem.Invalid("a dynamic key has no overlap, rotation or key: it ends with its lease").asException();
        if (!dynamic && in.maxTtl().isPresent()) throw new Problem.Invalid("max_ttl", "is for dynamic keys").asException();
        var mark = before.map(KeptKey::mark).orElseGet(() -> Replacement.name("watchword-" + in.name() + "-", random) + "-");
        return new KeptKey(config, mode, in.rotation().overConfig(before.map(KeptKey::terms).orElse(RotationTerms.NONE)), overlap, ttl, maxTtl, mark, false);
    }

    private static void requirePossible(KeptKey key, Provider provider, boolean given) {
        if (provider.makesKeys()) return;
        if (key.isDynamic()) throw new Problem.Invalid("mode", "the provider has no API that makes keys, so there are none for each caller").asException();
        if (key.terms().schedule().isPresent()) throw new Problem.Invalid("the provider has no API that makes keys, so none is made by a schedule: give the next one to rotate-key").asException();
        if (!given) throw new Problem.Invalid("missing key: the provider has no API that makes one").asException();
    }

    private static Optional<Pending> given(Optional<Secret> key, Optional<String> id, Provider provider) {
        if (key.isEmpty()) {
            if (id.isPresent()) throw new Problem.Invalid("key_id", "comes with a key").asException();
            return Optional.empty();
        }
        if (!Provider.isKey(key.get().reveal())) throw new Problem.Invalid("key", "must be visible characters of ASCII").asException();
        var called = id.orElse("");
        if (called.length() > 256) throw new Problem.Invalid("key_id", "must be 256 characters at most").asException();
        if (provider.endsKeys() && called.isEmpty()) throw new Problem.Invalid("missing key_id: by it the key is ended when another has taken its place").asException();
        return Optional.of(HeldKey.given(called, key.get()));
    }

    private Reply<None> rotateNow(Call.Effect<Give> call) {
        var in = call.input();
        var key = call.storage().<KeptKey>read(store -> require(store, in.name()));
        if (key.isDynamic()) throw new Problem.Invalid("a dynamic key is not replaced: it ends with its lease").asException();
        var provider = call.storage().<Provider>read(store -> configs.provider(store, key.config()));
        var given = given(in.key(), in.keyId(), provider);
        if (given.isPresent()) call.storage().update(store -> give(store, in.name(), given));
        call.rotate(KEYS + in.name());
        return Reply.nothing();
    }

    private void give(Storage.Writer store, String name, Optional<Pending> given) {
        var now = held(store, name);
        if (now.pending().filter(pending -> !pending.given()).isPresent()) throw new Problem.Conflict("another key is being made: replace that first").asException();
        var id = given.flatMap(Pending::made).map(HeldKey.Made::id).orElse("");
        if (!id.isEmpty() && now.with(Optional.empty()).knows(id)) throw new Problem.Invalid("key_id", "is that of a key that is here already").asException();
        held.put(store, name, now.with(given));
    }

    // ---- what the server has done at its time ----

    Rotated rotate(String name, Storage storage) {
        var key = storage.<Optional<KeptKey>>read(store -> keys.get(store, name));
        if (key.isEmpty()) return Rotated.GONE;
        if (key.get().ending()) return ended(name, storage, key.get());
        return replacement(name, storage, key.get()).run(random) ? Rotated.DONE : Rotated.GONE;
    }

    Rotated lookAfterOverlap(String name, Storage storage) {
        var key = storage.<Optional<KeptKey>>read(store -> keys.get(store, name));
        // What could not be ended when it was deleted is tried again here, with a schedule of its own or without.
        if (key.filter(KeptKey::ending).isPresent()) return ended(name, storage, key.get());
        return key.isPresent() && replacement(name, storage, key.get()).endPast() ? Rotated.DONE : Rotated.GONE;
    }

    private Replacement replacement(String name, Storage storage, KeptKey key) {
        var provider = storage.<Provider>read(store -> configs.provider(store, key.config()));
        var slot = new Replacement.Slot() {
            @Override
            public Optional<HeldKey> get(Storage.Reader store) {
                return held.get(store, name);
            }

            @Override
            public void put(Storage.Writer store, HeldKey row) {
                held.put(store, name, row);
            }
        };
        return new Replacement(storage, slot, provider, key, clock, pause);
    }

    private Rotated ended(String name, Storage storage, KeptKey key) {
        replacement(name, storage, key).endAll();
        storage.update(store -> {
            keys.delete(store, name);
            held.delete(store, name);
        });
        return Rotated.GONE;
    }

    /** As a rotation, so that it is never done while a key is being made; the last one, after which it is gone. */
    private Reply<None> delete(Call.Effect<Named> call) {
        var name = call.input().name();
        boolean any = call.storage().<Boolean>write(store -> {
            var key = keys.get(store, name);
            if (key.filter(KeptKey::isDynamic).isPresent()) keys.delete(store, name);
            else key.ifPresent(each -> keys.put(store, name, each.asEnding()));
            return key.filter(each -> !each.isDynamic()).isPresent();
        });
        if (!any) return Reply.nothing();
        try {
            call.rotate(KEYS + name);
        } catch (Problem.ProblemException ended) {
            if (!(ended.problem() instanceof Problem.NotFound)) throw ended;
        }
        return Reply.nothing();
    }
}
