package watchword.engines.kubernetes;

import java.util.List;
import java.util.Optional;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Inline;
import watchword.sdk.JsonCodec;
import watchword.sdk.Names;
import watchword.sdk.OlderTokenFields;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;
import watchword.sdk.Table;
import watchword.sdk.TokenFields;
import watchword.sdk.TokenTerms;

/** Who may log in as what. */
final class RoleRoutes {
    private final Table<Role> roles;
    private final JsonCodec json;

    RoleRoutes(Table<Role> roles, JsonCodec json) {
        this.roles = roles;
        this.json = json;
    }

    record Named(@Doc("Name of the role.") String name) {}

    record Set(
            @Doc("Name of the role.") String name,
            @Doc("Service accounts that may log in, by name; * stands for any run of characters.") Optional<List<String>> boundServiceAccountNames,
            @Doc("Namespaces they are in; * stands for any run of characters.") Optional<List<String>> boundServiceAccountNamespaces,
            @Doc("Labels of namespaces that count besides those named, as a selector with matchLabels in JSON or YAML.") Optional<String> boundServiceAccountNamespaceSelector,
            @Doc("Audience that tokens must be for. Without it any will do that the cluster takes, which lets whoever receives such tokens log in with them.") Optional<String> audience,
            @Doc("What the alias is named by: `serviceaccount_uid`, or `serviceaccount_name` for namespace/name.") Optional<String> aliasNameSource,
            @Inline TokenFields token,
            @Inline OlderTokenFields older) {}

    record Shown(
            @Doc("What the alias is named by.") String aliasNameSource,
            @Doc("Audience that tokens must be for.") Optional<String> audience,
            @Doc("Service accounts that may log in.") List<String> boundServiceAccountNames,
            @Doc("Labels of namespaces that count besides those named.") String boundServiceAccountNamespaceSelector,
            @Doc("Namespaces they are in.") List<String> boundServiceAccountNamespaces,
            @Inline TokenTerms terms,
            @Inline OlderTokenFields older) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("role", Page.class, Page.Keys.class, call -> call.input().of(roles, call.store()), "List the roles."),
                Route.read("role/{name}", Named.class, Shown.class, this::read, "Read a role."),
                Route.write("role/{name}", Set.class, None.class, this::write, "Create a role, or change what is sent of it.").existence(call -> find(call.store(), call.input().name()).isPresent()),
                Route.delete("role/{name}", Named.class, None.class, this::delete, "Delete a role."));
    }

    Optional<Role> find(Storage.Reader store, String name) {
        return roles.get(store, Names.canonical(name));
    }

    private Reply<Shown> read(Call.Read<Named> call) {
        var role = find(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new Shown(role.aliasNameSource(), Optional.of(role.audience()).filter(text -> !text.isEmpty()), role.boundServiceAccountNames(), role.boundServiceAccountNamespaceSelector(),
                role.boundServiceAccountNamespaces(), role.terms(), OlderTokenFields.shown(role.terms(), role.olderNames())));
    }

    private Reply<None> write(Call.Change<Set> call) {
        var in = call.input();
        var before = find(call.store(), in.name()).orElse(new Role(List.of(), List.of(), "", "", Role.BY_UID, TokenTerms.NONE, List.of()));
        var after = new Role(
                in.boundServiceAccountNames().orElse(before.boundServiceAccountNames()),
                in.boundServiceAccountNamespaces().orElse(before.boundServiceAccountNamespaces()),
                in.boundServiceAccountNamespaceSelector().orElse(before.boundServiceAccountNamespaceSelector()),
                in.audience().orElse(before.audience()),
                in.aliasNameSource().filter(source -> !source.isEmpty()).orElse(before.aliasNameSource()),
                in.older().over(in.token(), before.terms()),
                in.older().used(in.token(), before.olderNames()));
        requireBounds(after);
        roles.put(call.store(), Names.canonical(in.name()), after);
        var done = Reply.<None>nothing();
        return after.audience().isBlank()
                ? done.warn("Role " + in.name() + " does not have an audience configured. While audiences are not required, consider specifying one if your use case would benefit from additional JWT claim verification.")
                : done;
    }

    private void requireBounds(Role role) {
        var names = role.boundServiceAccountNames();
        var namespaces = role.boundServiceAccountNamespaces();
        if (names.isEmpty()) throw new Problem.Invalid("\"bound_service_account_names\" can not be empty").asException();
        if (namespaces.isEmpty() && role.boundServiceAccountNamespaceSelector().isEmpty()) {
            throw new Problem.Invalid("\"bound_service_account_namespaces\" can not be empty if \"bound_service_account_namespace_selector\" is not set").asException();
        }
        if (mixes(names) || mixes(namespaces)) throw new Problem.Invalid("can not mix \"*\" with values").asException();
        if (!role.boundServiceAccountNamespaceSelector().isEmpty() && LabelSelector.read(role.boundServiceAccountNamespaceSelector(), json).isEmpty()) {
            throw new Problem.Invalid("invalid \"bound_service_account_namespace_selector\" configured").asException();
        }
        if (!role.aliasNameSource().equals(Role.BY_UID) && !role.aliasNameSource().equals(Role.BY_NAME)) {
            throw new Problem.Invalid("invalid alias_name_source, must be one of: " + Role.BY_UID + ", " + Role.BY_NAME).asException();
        }
    }

    private static boolean mixes(List<String> patterns) {
        return patterns.size() > 1 && patterns.contains("*");
    }

    private Reply<None> delete(Call.Change<Named> call) {
        roles.delete(call.store(), Names.canonical(call.input().name()));
        return Reply.nothing();
    }
}
