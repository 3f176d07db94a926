package watchword.core.mfa;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.mount.Mounts;
import watchword.core.namespace.NamespaceStore;
import watchword.core.policy.Identities;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** {@code identity/mfa/login-enforcement}: which logins ask for a second factor. */
public final class EnforcementRoutes {
    private final SecondFactors factors;
    private final Mounts mounts;
    private final Identities identities;

    public EnforcementRoutes(SecondFactors factors, Mounts mounts, Identities identities) {
        this.factors = factors;
        this.mounts = mounts;
        this.identities = identities;
    }

    record Nothing() {}

    record Name(@Doc("Name of the enforcement.") String name) {}

    record Set(
            @Doc("Name of the enforcement.") String name,
            @Doc("Methods, one of which has to be proven.") Optional<List<String>> mfaMethodIds,
            @Doc("Accessors of auth mounts whose logins it is for.") Optional<List<String>> authMethodAccessors,
            @Doc("Types of auth methods whose logins it is for.") Optional<List<String>> authMethodTypes,
            @Doc("Groups whose members it is for.") Optional<List<String>> identityGroupIds,
            @Doc("Entities it is for.") Optional<List<String>> identityEntityIds) {}

    record Shown(
            @Doc("Accessors of auth mounts whose logins it is for.") List<String> authMethodAccessors,
            @Doc("Types of auth methods whose logins it is for.") List<String> authMethodTypes,
            @Doc("Its id.") String id,
            @Doc("Entities it is for.") List<String> identityEntityIds,
            @Doc("Groups whose members it is for.") List<String> identityGroupIds,
            @Doc("Methods, one of which has to be proven.") List<String> mfaMethodIds,
            @Doc("Its name.") String name,
            @Doc("Namespace it is in.") String namespaceId) {}

    record Listed(@Doc("Names of the enforcements, sorted.") List<String> keys, @Doc("Each enforcement by its name.") Map<String, Shown> keyInfo) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.list("mfa/login-enforcement", Nothing.class, Listed.class, this::list, "List which logins ask for a second factor."),
                Route.read("mfa/login-enforcement/{name}", Name.class, Shown.class, this::read, "Read an enforcement."),
                Route.write("mfa/login-enforcement/{name}", Set.class, None.class, this::set, "Let logins ask for a second factor; what is not sent stays."),
                Route.delete("mfa/login-enforcement/{name}", Name.class, None.class, this::delete, "Let logins no longer ask."));
    }

    private Reply<Listed> list(Call.Read<Nothing> call) {
        var all = new LinkedHashMap<String, Shown>();
        for (var row : factors.enforcements.scan(call.store(), "", "", SecondFactors.MOST)) all.put(row.getKey(), shown(call.store(), row.getKey(), row.getValue()));
        if (all.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Listed(List.copyOf(all.keySet()), all));
    }

    private static Shown shown(Storage.Reader store, String name, EnforcementRow row) {
        return new Shown(row.authMethodAccessors(), row.authMethodTypes(), row.id(), row.identityEntityIds(), row.identityGroupIds(), row.mfaMethodIds(), name, NamespaceStore.idOf(store));
    }

    private Reply<Shown> read(Call.Read<Name> call) {
        return Reply.of(shown(call.store(), call.input().name(), factors.enforcements.get(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException())));
    }

    private Reply<None> set(Call.Change<Set> call) {
        var in = call.input();
        var store = call.store();
        var before = factors.enforcements.get(store, in.name());
        if (before.isEmpty() && factors.enforcements.names(store, "", "", SecondFactors.MOST).size() == SecondFactors.MOST) throw invalid("there are " + SecondFactors.MOST + " enforcements already");
        var row = new EnforcementRow(
                before.map(EnforcementRow::id).orElseGet(factors::newId),
                in.mfaMethodIds().or(() -> before.map(EnforcementRow::mfaMethodIds)).orElse(List.of()),
                in.authMethodAccessors().or(() -> before.map(EnforcementRow::authMethodAccessors)).orElse(List.of()),
                in.authMethodTypes().or(() -> before.map(EnforcementRow::authMethodTypes)).orElse(List.of()),
                in.identityGroupIds().or(() -> before.map(EnforcementRow::identityGroupIds)).orElse(List.of()),
                in.identityEntityIds().or(() -> before.map(EnforcementRow::identityEntityIds)).orElse(List.of()));
        requireSound(store, row);
        factors.enforcements.put(store, in.name(), row);
        return Reply.nothing();
    }

    /** One that names what is not there would ask nobody, or ask for what nobody can give. */
    private void requireSound(Storage.Reader store, EnforcementRow row) {
        if (row.mfaMethodIds().isEmpty()) throw invalid("missing method ids");
        row.mfaMethodIds().stream().filter(id -> factors.methods.get(store, id).isEmpty()).findFirst().ifPresent(id -> {
            throw invalid("one of the provided method ids doesn't exist");
        });
        row.authMethodAccessors().stream().filter(accessor -> mounts.byAccessor(store, accessor).filter(mount -> mount.isAuth()).isEmpty()).findFirst().ifPresent(accessor -> {
            throw invalid("one of the provided auth method accessors is invalid");
        });
        row.identityEntityIds().stream().filter(id -> identities.of(store, id).entityId().isEmpty()).findFirst().ifPresent(id -> {
            throw invalid("one of the provided entity ids doesn't exist");
        });
        if (row.authMethodAccessors().isEmpty() && row.authMethodTypes().isEmpty() && row.identityGroupIds().isEmpty() && row.identityEntityIds().isEmpty()) {
            throw invalid("One of auth_method_accessors, auth_method_types, identity_group_ids, identity_entity_ids must be specified");
        }
    }

    private static Problem.ProblemException invalid(String message) {
        return new Problem.Invalid(message).asException();
    }

    private Reply<None> delete(Call.Change<Name> call) {
        factors.enforcements.delete(call.store(), call.input().name());
        return Reply.nothing();
    }
}
