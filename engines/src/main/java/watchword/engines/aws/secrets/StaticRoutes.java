package watchword.engines.aws.secrets;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Rotating.Rotated;
import watchword.sdk.Rotation;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Schedule;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** Users that exist, whose access keys are kept here and rotated. The key before the current one works until the next rotation. */
final class StaticRoutes {
    /** What rotations of these users' keys are called, before the role's name. */
    static final String ROLES = "static-roles/";

    private static final Duration LEAST_PERIOD = Duration.ofMinutes(1);

    private final Table<StaticRole> roles;
    private final Table<HeldKey> keys;
    /** By what AWS has for a user for ever, so that no two roles take each other's keys for lost ones. */
    private final Table<Owner> owners;
    private final RootRoutes root;
    private final Api.World world;

    StaticRoutes(EngineContext context, RootRoutes root, Api.World world) {
        this.roles = context.table("static-role", StaticRole.class);
        this.keys = context.table("static-key", HeldKey.class);
        this.owners = context.table("static-user", Owner.class);
        this.root = root;
        this.world = world;
    }

    record Named(@Doc("Name of the role.") String name) {}

    record Given(
            @Doc("Name of the role.") String name,
            @Doc("User of AWS whose access keys are rotated; it is this role's alone.") String username,
            @Doc("How long from one rotation to the next: a minute or more.") Optional<Duration> rotationPeriod) {}

    /** @param id what AWS has for the user for ever: another that gets its name is not meant */
    record StaticRole(String username, String id, Duration rotationPeriod) {}

    record Owner(String role) {}

    record Shown(
            @Doc("What AWS has for the user for ever.") String id,
            @Doc("Name of the role.") String name,
            @Doc("Seconds from one rotation to the next.") Duration rotationPeriod,
            @Doc("User of AWS whose access keys are rotated.") String username) {}

    record Key(
            @Doc("The access key.") String accessKey,
            @Doc("Its secret.") Secret secretKey) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("static-roles", Page.class, Page.Keys.class, call -> call.input().of(roles, call.store()), "List the users whose keys are rotated."),
                Route.read("static-roles/{name}", Named.class, Shown.class, this::read, "Read whose keys are rotated, and how often."),
                Route.effect(Operation.WRITE, "static-roles/{name}", Given.class, Shown.class, this::write, "Have a user's access keys rotated, from now on; or change how often."),
                Route.effect(Operation.DELETE, "static-roles/{name}", Named.class, None.class, this::delete, "Rotate a user's keys no more, and delete those that were made."),
                Route.read("static-creds/{name}", Named.class, Key.class, this::key, "Read a user's access key."));
    }

    private Shown shown(String name, StaticRole role) {
        return new Shown(role.id(), name, role.rotationPeriod(), role.username());
    }

    private Reply<Shown> read(Call.Read<Named> call) {
        return Reply.of(shown(call.input().name(), roles.get(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException())));
    }

    private Reply<Key> key(Call.Read<Named> call) {
        var key = keys.get(call.store(), call.input().name()).filter(held -> !held.isNone()).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new Key(key.accessKey(), key.secretKey()));
    }

    private Reply<Shown> write(Call.Effect<Given> call) {
        var in = call.input();
        RoleRoutes.requireName(in.name());
        var before = call.storage().<Optional<StaticRole>>read(store -> roles.get(store, in.name()));
        var role = before.isPresent() ? changed(call, before.get()) : fresh(call);
        var what = ROLES + in.name();
        var since = call.storage().<Optional<HeldKey>>read(store -> keys.get(store, in.name())).filter(key -> !key.isNone()).map(HeldKey::since);
        var rotation = new Rotation(what, Optional.of(new Schedule.Every(role.rotationPeriod())), since.orElse(call.now()));
        call.rotates(rotation);
        call.storage().update(store -> {
            if (owners.get(store, role.id()).filter(owner -> !owner.role().equals(in.name())).isPresent()) throw new Problem.Invalid("username", "is that of another static role").asException();
            owners.put(store, role.id(), new Owner(in.name()));
            roles.put(store, in.name(), role);
            if (keys.get(store, in.name()).isEmpty()) keys.put(store, in.name(), HeldKey.NONE);
        });
        if (since.isEmpty()) first(call, what, role, before.isEmpty());
        return Reply.of(shown(in.name(), role));
    }

    /** A role without a key is of no use: when it gets none, it has never been; unless AWS cannot even be asked what there is, and it is tried again. */
    private void first(Call.Effect<Given> call, String what, StaticRole role, boolean isNew) {
        try {
            call.rotate(what);
        } catch (RuntimeException failed) {
            if (isNew) end(call.input().name(), role, call.storage());
            throw failed;
        }
    }

    private StaticRole fresh(Call.Effect<Given> call) {
        var in = call.input();
        if (in.username().isEmpty()) throw new Problem.Invalid("missing \"username\" parameter").asException();
        if (!in.username().matches("[\\w+=,.@-]{1,64}")) throw new Problem.Invalid("username", "must be the name of a user of AWS").asException();
        var period = in.rotationPeriod().orElseThrow(() -> new Problem.Invalid("missing \"rotation_period\" parameter").asException());
        requirePeriod(period);
        return new StaticRole(in.username(), id(call.storage().<Api>read(root::api), in.username()), period);
    }

    private StaticRole changed(Call.Effect<Given> call, StaticRole before) {
        var in = call.input();
        in.rotationPeriod().ifPresent(StaticRoutes::requirePeriod);
        if (!in.username().isEmpty() && !in.username().equals(before.username())) throw new Problem.Invalid("username", "cannot be changed: delete the role and make another").asException();
        return new StaticRole(before.username(), before.id(), in.rotationPeriod().orElse(before.rotationPeriod()));
    }

    private static void requirePeriod(Duration period) {
        if (period.compareTo(LEAST_PERIOD) < 0) throw new Problem.Invalid("role rotation period out of range: must be greater than 60.00 seconds").asException();
        if (period.compareTo(Schedule.LONGEST) > 0) throw new Problem.Invalid("rotation_period", "must be 100 years or less").asException();
    }

    private static String id(Api api, String user) {
        var id = api.ask("unable to validate username", Question.iam("GetUser").with("UserName", user)).text("GetUserResult/User/UserId");
        if (id.isEmpty()) throw new Problem.Upstream("IAM does not say who the user is").asException();
        return id;
    }

    Rotated rotate(String name, Storage storage) {
        var role = storage.<Optional<StaticRole>>read(store -> roles.get(store, name));
        if (role.isEmpty()) return forgotten(name, storage);
        var api = storage.<Api>read(root::api);
        if (!id(api, role.get().username()).equals(role.get().id())) throw new Problem.Upstream("the user of AWS is another one than it was: delete the role, and make it again if that is meant").asException();
        return replacement(name, storage, api, role.get()).run().isPresent() ? Rotated.DONE : forgotten(name, storage);
    }

    private Rotated forgotten(String name, Storage storage) {
        storage.update(store -> {
            if (roles.get(store, name).isEmpty()) keys.delete(store, name);
        });
        return Rotated.GONE;
    }

    private Replacement replacement(String name, Storage storage, Api api, StaticRole role) {
        return new Replacement(storage, new Slot(name), api, role.username(), true, world.clock());
    }

    /** The row, as long as there is the role. */
    private final class Slot implements Replacement.Slot {
        private final String name;

        Slot(String name) {
            this.name = name;
        }

        @Override
        public Optional<HeldKey> get(Storage.Reader store) {
            return roles.get(store, name).flatMap(_ -> keys.get(store, name));
        }

        @Override
        public void put(Storage.Writer store, HeldKey key) {
            keys.put(store, name, key);
        }
    }

    private Reply<None> delete(Call.Effect<Named> call) {
        var name = call.input().name();
        call.storage().<Optional<StaticRole>>read(store -> roles.get(store, name)).ifPresent(role -> end(name, role, call.storage()));
        return Reply.<None>nothing().rotatesNoMore(ROLES + name);
    }

    /** First at AWS, so that what cannot be deleted there is not forgotten here. */
    private void end(String name, StaticRole role, Storage storage) {
        var key = storage.<HeldKey>read(store -> keys.get(store, name).orElse(HeldKey.NONE));
        if (!key.isNone() || key.begun().isPresent()) replacement(name, storage, storage.<Api>read(root::api), role).end(key);
        storage.update(store -> {
            roles.delete(store, name);
            keys.delete(store, name);
            owners.delete(store, role.id());
        });
    }
}
