package watchword.core.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.hcl.Hcl;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.core.token.TokenCaller;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Policies;
import watchword.sdk.Problem;
import watchword.sdk.Reply.None;
import watchword.sdk.Reply;
import watchword.sdk.Route.Trait;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** {@code sys/policies/acl} and the older {@code sys/policy}. */
public final class PolicyRoutes {
    private static final int MAX_TEXT = 1 << 20;

    private final Authority authority;

    public PolicyRoutes(Authority authority) {
        this.authority = authority;
    }

    record Nothing() {}

    record Name(@Doc("Name of the policy; upper and lower case are the same.") String name) {}

    record Prefix(@Doc("What the names begin with.") String prefix) {}

    record Text(
            @Doc("Name of the policy; upper and lower case are the same.") String name,
            @Doc("The policy in HCL or JSON, plain or as base64.") String policy,
            @Doc("The policy; older name.") String rules,
            @Doc("When the policy ends, as in 2030-01-01T00:00:00Z.") Optional<Instant> expiration,
            @Doc("How long from now the policy holds.") Optional<Duration> ttl,
            @Doc("Refuse the write unless this is the policy's version; -1 for one that must not exist.") Optional<Long> cas,
            @Doc("Whether this write and the next must name the version they replace.") boolean casRequired,
            @Doc("Whether values of templates may have wildcards.") boolean allowWildcardsInIdentityTemplates,
            @Doc("Whether values of templates may have slashes.") boolean allowSlashesInIdentityTemplates) {}

    record Change(
            @Doc("Name of the policy; upper and lower case are the same.") String name,
            @Doc("The policy in HCL or JSON, plain or as base64.") Optional<String> policy,
            @Doc("When the policy ends, as in 2030-01-01T00:00:00Z.") Optional<Instant> expiration,
            @Doc("How long from now the policy holds.") Optional<Duration> ttl,
            @Doc("Refuse the change unless this is the policy's version.") Optional<Long> cas,
            @Doc("Whether this write and the next must name the version they replace.") Optional<Boolean> casRequired,
            @Doc("Whether values of templates may have wildcards.") Optional<Boolean> allowWildcardsInIdentityTemplates,
            @Doc("Whether values of templates may have slashes.") Optional<Boolean> allowSlashesInIdentityTemplates) {}

    record Keys(@Doc("Names of the policies, sorted.") List<String> keys) {}

    record OldKeys(@Doc("Names of the policies, sorted.") List<String> keys, @Doc("The same, by their older name.") List<String> policies) {}

    record Detailed(@Doc("Names of the policies, sorted.") List<String> keys, @Doc("What each says, by its name, as reading it tells.") Map<String, Object> keyInfo) {}

    record Shown(
            @Doc("Whether values of templates may have slashes.") boolean allowSlashesInIdentityTemplates,
            @Doc("Whether values of templates may have wildcards.") boolean allowWildcardsInIdentityTemplates,
            @Doc("Whether a write must name the version it replaces.") boolean casRequired,
            @Doc("When the policy ends; left out for never.") Optional<Instant> expiration,
            @Doc("When it was last written; left out for one that comes with the server.") Optional<Instant> modified,
            @Doc("Name of the policy.") String name,
            @Doc("Its text as it was written; at the older path its name is rules.") Optional<String> policy,
            @Doc("Its text as it was written; at the newer path its name is policy.") Optional<String> rules,
            @Doc("How often it was written.") long version) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.list("policies/acl", Nothing.class, Keys.class, this::list, "List the policies."),
                Route.list("policies/acl/{prefix*}", Prefix.class, Keys.class, this::listBelow, "List the policies whose names begin with a prefix."),
                Route.read("policies/acl/{name*}", Name.class, Shown.class, call -> show(call, true), "Read a policy."),
                Route.write("policies/acl/{name*}", Text.class, None.class, this::write, "Create or replace a policy."),
                Route.patch("policies/acl/{name*}", Change.class, None.class, this::change, "Change a policy in part."),
                Route.delete("policies/acl/{name*}", Name.class, None.class, this::delete, "Delete a policy."),
                Route.list("policies/detailed/acl", Nothing.class, Detailed.class, call -> detailed(call.store(), ""), "List the policies with what they say."),
                Route.list("policies/detailed/acl/{prefix*}", Prefix.class, Detailed.class, call -> detailed(call.store(), meant(call, call.store(), Capability.LIST, call.input().prefix())),
                        "List the policies whose names begin with a prefix, with what they say."),
                Route.list("policy", Nothing.class, OldKeys.class, this::listOld, "List the policies.").with(Trait.FLAT),
                Route.read("policy", Nothing.class, OldKeys.class, this::listOld, "List the policies.").with(Trait.FLAT),
                Route.read("policy/{name*}", Name.class, Shown.class, call -> show(call, false), "Read a policy.").with(Trait.FLAT),
                Route.write("policy/{name*}", Text.class, None.class, this::write, "Create or replace a policy."),
                Route.delete("policy/{name*}", Name.class, None.class, this::delete, "Delete a policy."));
    }

    /** The policies that a new server has. */
    public void createDefaults(Storage.Writer store, Instant now) {
        authority.save(store, Policies.DEFAULT, PolicyRow.of(DefaultPolicy.TEXT, now));
        authority.save(store, Policies.WRAPPING, PolicyRow.of(DefaultPolicy.WRAPPING, now));
    }

    // ---- looking ----

    private List<String> names(Storage.Reader store, String prefix) {
        var names = new ArrayList<>(authority.names(store));
        if (NamespaceStore.idOf(store).equals(Namespace.ROOT_ID)) names.add(Policies.ROOT);
        names.removeIf(name -> Policies.isOfServer(name) || !name.startsWith(prefix));
        names.sort(null);
        return names;
    }

    private Reply<Keys> list(Call.Read<Nothing> call) {
        return Reply.of(new Keys(names(call.store(), "")));
    }

    private Reply<Keys> listBelow(Call.Read<Prefix> call) {
        var names = names(call.store(), meant(call, call.store(), Capability.LIST, call.input().prefix()));
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Keys(names));
    }

    private Reply<OldKeys> listOld(Call.Read<Nothing> call) {
        var names = names(call.store(), "");
        return Reply.of(new OldKeys(names, names));
    }

    private Reply<Detailed> detailed(Storage.Reader store, String prefix) {
        var names = names(store, prefix);
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        var info = new LinkedHashMap<String, Object>();
        for (var name : names) find(store, name).ifPresent(row -> info.put(name, fields(shown(name, row, true))));
        return Reply.of(new Detailed(names, info));
    }

    private static Map<String, Object> fields(Shown shown) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("allow_slashes_in_identity_templates", shown.allowSlashesInIdentityTemplates());
        fields.put("allow_wildcards_in_identity_templates", shown.allowWildcardsInIdentityTemplates());
        fields.put("cas_required", shown.casRequired());
        shown.expiration().ifPresent(at -> fields.put("expiration", at.toString()));
        shown.modified().ifPresent(at -> fields.put("modified", at.toString()));
        fields.put("name", shown.name());
        shown.policy().ifPresent(text -> fields.put("policy", text));
        fields.put("version", shown.version());
        return fields;
    }

    private Reply<Shown> show(Call.Read<Name> call, boolean asPolicy) {
        var name = meant(call, call.store(), Capability.READ, call.input().name());
        return Reply.of(shown(name, find(call.store(), name).orElseThrow(() -> new Problem.NotFound().asException()), asPolicy));
    }

    private Optional<PolicyRow> find(Storage.Reader store, String name) {
        if (name.equals(Policies.ROOT) && NamespaceStore.idOf(store).equals(Namespace.ROOT_ID)) return Optional.of(new PolicyRow("", 0, Optional.empty(), Optional.empty(), false, false, false));
        return authority.load(store, name).map(Authority.Loaded::row);
    }

    private static Shown shown(String name, PolicyRow row, boolean asPolicy) {
        var text = Optional.of(row.text());
        return new Shown(row.allowSlashesInIdentityTemplates(), row.allowWildcardsInIdentityTemplates(), row.casRequired(), row.expires(), row.modified(), name,
                asPolicy ? text : Optional.empty(), asPolicy ? Optional.empty() : text, row.version());
    }

    // ---- changing ----

    private Reply<None> write(Call.Change<Text> call) {
        var in = call.input();
        var name = writable(call, call.store(), Capability.UPDATE, in.name());
        var text = in.policy().isEmpty() ? in.rules() : in.policy();
        var before = authority.load(call.store(), name).map(Authority.Loaded::row);
        requireVersion(in.cas(), before, in.casRequired());
        var row = new PolicyRow(Hcl.decoded(text), next(before), Optional.of(call.now()), end(in.expiration(), in.ttl(), call.now()), in.casRequired(),
                in.allowWildcardsInIdentityTemplates(), in.allowSlashesInIdentityTemplates());
        var reply = save(call.store(), in.name(), name, row);
        return in.policy().isEmpty() && !in.rules().isEmpty() ? reply.warn("'rules' is deprecated, please use 'policy' instead") : reply;
    }

    private Reply<None> change(Call.Change<Change> call) {
        var in = call.input();
        var name = writable(call, call.store(), Capability.PATCH, in.name());
        var before = authority.load(call.store(), name).map(Authority.Loaded::row).orElseThrow(() -> new Problem.NotFound("policy not found").asException());
        in.cas().ifPresent(_ -> requireVersion(in.cas(), Optional.of(before), false));
        var end = in.expiration().isPresent() || in.ttl().isPresent() ? end(in.expiration(), in.ttl(), call.now()) : before.expires();
        var row = new PolicyRow(in.policy().map(Hcl::decoded).orElse(before.text()), next(Optional.of(before)), Optional.of(call.now()), end,
                in.casRequired().orElse(before.casRequired()),
                in.allowWildcardsInIdentityTemplates().orElse(before.allowWildcardsInIdentityTemplates()),
                in.allowSlashesInIdentityTemplates().orElse(before.allowSlashesInIdentityTemplates()));
        return save(call.store(), in.name(), name, row);
    }

    private String writable(Call<?> call, Storage.Reader store, Capability wanted, String asked) {
        var names = Policies.canonicalOfAny(List.of(asked));
        if (names.isEmpty()) throw new Problem.Invalid("policy name must be provided in the URL").asException();
        if (names.getFirst().endsWith("/")) throw new Problem.Invalid("a policy's name does not end in a slash").asException();
        return meant(call, store, wanted, asked);
    }

    /** The name that is meant, for a caller who may do this under that name, too: a rule on it is not gone round by another spelling. */
    private String meant(Call<?> call, Storage.Reader store, Capability wanted, String asked) {
        var name = Policies.name(asked);
        if (name.equals(asked) || !(call.caller() instanceof TokenCaller caller)) return name;
        var sent = call.ask().mount().path() + call.ask().path();
        var path = sent.substring(0, sent.lastIndexOf(asked)) + name + (wanted.isOfFolders() && !name.endsWith("/") ? "/" : "");
        var decision = authority.decide(store, caller, wanted, path, call.ask().body(), call.ask().wrapTtl());
        if (!(decision instanceof Decision.Allow)) throw Problem.Denied.byPolicy().asException();
        return name;
    }

    private Reply<None> save(Storage.Writer store, String asked, String name, PolicyRow row) {
        if (row.text().isEmpty()) throw new Problem.Invalid("'policy' parameter not supplied or empty").asException();
        if (row.text().length() > MAX_TEXT) throw new Problem.Invalid("policy is larger than 1 MiB").asException();
        if (name.equals(Policies.ROOT) || Policies.isOfServer(name)) {
            throw new Problem.Invalid("cannot update \"" + name + "\" policy").asException();
        }
        var policy = PolicyParser.parse(row.text(), row.allowances());
        authority.save(store, name, row);
        var reply = Reply.<None>nothing().warn(policy.warnings());
        return asked.equals(name) ? reply : reply.warn("policy name was converted to " + name);
    }

    private static long next(Optional<PolicyRow> before) {
        return before.map(PolicyRow::version).orElse(0L) + 1;
    }

    private static void requireVersion(Optional<Long> cas, Optional<PolicyRow> before, boolean required) {
        if (cas.isEmpty()) {
            if (required || before.map(PolicyRow::casRequired).orElse(false)) throw new Problem.Invalid("check-and-set parameter required for this call").asException();
            return;
        }
        if (cas.get() == -1 && before.isPresent()) throw new Problem.Invalid("check-and-set parameter set to -1 on existing entry").asException();
        if (cas.get() != -1 && !cas.get().equals(before.map(PolicyRow::version).orElse(0L))) {
            throw new Problem.Invalid("check-and-set parameter did not match the current version").asException();
        }
    }

    private static Optional<Instant> end(Optional<Instant> expiration, Optional<Duration> ttl, Instant now) {
        if (expiration.isPresent() && ttl.isPresent()) throw new Problem.Invalid("cannot supply both 'expiration' and 'ttl' for policies").asException();
        var end = expiration.or(() -> ttl.map(now::plus));
        if (end.isPresent() && !now.isBefore(end.get())) {
            throw new Problem.Invalid("refusing to update policy as expiration time has already elapsed").asException();
        }
        return end;
    }

    private Reply<None> delete(Call.Change<Name> call) {
        var name = meant(call, call.store(), Capability.DELETE, call.input().name());
        switch (name) {
            case Policies.ROOT, Policies.WRAPPING -> throw new Problem.Invalid("cannot delete \"" + name + "\" policy").asException();
            case Policies.DEFAULT -> throw new Problem.Invalid("cannot delete default policy").asException();
            default -> authority.delete(call.store(), name);
        }
        return Reply.nothing();
    }
}
