package watchword.core.policy;

import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import watchword.core.token.TokenCaller;
import watchword.core.token.Tokens;
import watchword.sdk.Body;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Trait;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** {@code sys/policies/acl}, the older {@code sys/policy}, and {@code sys/capabilities}. */
public final class PolicyRoutes {
    private static final int MAX_TEXT = 1 << 20;

    private final Authority authority;
    private final Tokens tokens;

    public PolicyRoutes(Authority authority, Tokens tokens) {
        this.authority = authority;
        this.tokens = tokens;
    }

    record Nothing() {}

    record Name(@Doc("Name of the policy; upper and lower case are the same.") String name) {}

    record Text(
            @Doc("Name of the policy; upper and lower case are the same.") String name,
            @Doc("The policy in HCL or JSON, plain or as base64.") String policy,
            @Doc("The policy; older name.") String rules,
            @Doc("Refuse the write unless this is the policy's version; -1 for one that must not exist.") Optional<Long> cas) {}

    record Keys(List<String> keys) {}

    record OldKeys(List<String> keys, List<String> policies) {}

    record Shown(
            boolean allowSlashesInIdentityTemplates,
            boolean allowWildcardsInIdentityTemplates,
            boolean casRequired,
            Optional<Instant> modified,
            String name,
            Optional<String> policy,
            Optional<String> rules,
            long version) {}

    record Paths(@Doc("Paths to ask about.") List<String> paths, @Doc("Path to ask about.") List<String> path) {}

    record PathsOf(@Doc("Token to ask about.") Secret token, @Doc("Paths to ask about.") List<String> paths, @Doc("Path to ask about.") List<String> path) {}

    record PathsOfAccessor(
            @Doc("Accessor of the token to ask about.") String accessor,
            @Doc("Paths to ask about.") List<String> paths,
            @Doc("Path to ask about.") List<String> path) {}

    record Capabilities(@Body Map<String, Object> byPath) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.list("policies/acl", Nothing.class, Keys.class, this::list, "List the policies."),
                Route.read("policies/acl/{name}", Name.class, Shown.class, call -> show(call, true), "Read a policy."),
                Route.write("policies/acl/{name}", Text.class, None.class, this::write, "Create or replace a policy.").existence(this::exists),
                Route.delete("policies/acl/{name}", Name.class, None.class, this::delete, "Delete a policy."),
                Route.list("policy", Nothing.class, OldKeys.class, this::listOld, "List the policies.").with(Trait.FLAT),
                Route.read("policy", Nothing.class, OldKeys.class, this::listOld, "List the policies.").with(Trait.FLAT),
                Route.read("policy/{name}", Name.class, Shown.class, call -> show(call, false), "Read a policy.").with(Trait.FLAT),
                Route.write("policy/{name}", Text.class, None.class, this::write, "Create or replace a policy.").existence(this::exists),
                Route.delete("policy/{name}", Name.class, None.class, this::delete, "Delete a policy."),
                Route.ask("capabilities-self", Paths.class, Capabilities.class, this::capabilitiesSelf, "Tell what the caller may do on paths.")
                        .with(Trait.FLAT),
                Route.ask("capabilities", PathsOf.class, Capabilities.class, this::capabilities, "Tell what a token may do on paths.").with(Trait.FLAT),
                Route.ask("capabilities-accessor", PathsOfAccessor.class, Capabilities.class, this::capabilitiesAccessor,
                        "Tell what the token with an accessor may do on paths.").with(Trait.FLAT));
    }

    /** The policies that a new server has. */
    public void createDefaults(Storage.Writer store, Instant now) {
        authority.save(store, Policies.DEFAULT, new Authority.Row(DefaultPolicy.TEXT, 1, Optional.of(now)));
        authority.save(store, DefaultPolicy.WRAPPING_NAME, new Authority.Row(DefaultPolicy.WRAPPING, 1, Optional.of(now)));
    }

    private List<String> names(Storage.Reader store) {
        var names = new TreeSet<>(store.list(Authority.ROWS, "", Integer.MAX_VALUE));
        names.add(Policies.ROOT);
        names.remove(DefaultPolicy.WRAPPING_NAME);
        return List.copyOf(names);
    }

    private Reply<Keys> list(Call.Read<Nothing> call) {
        return Reply.of(new Keys(names(call.store())));
    }

    private Reply<OldKeys> listOld(Call.Read<Nothing> call) {
        var names = names(call.store());
        return Reply.of(new OldKeys(names, names));
    }

    private Reply<Shown> show(Call.Read<Name> call, boolean asPolicy) {
        var name = Policies.name(call.input().name());
        if (name.equals(Policies.ROOT)) return Reply.of(shown(name, new Authority.Row("", 0, Optional.empty()), asPolicy));
        var loaded = authority.load(call.store(), name).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(shown(name, loaded.row(), asPolicy));
    }

    private static Shown shown(String name, Authority.Row row, boolean asPolicy) {
        var text = Optional.of(row.text());
        return new Shown(false, false, false, row.modified(), name, asPolicy ? text : Optional.empty(), asPolicy ? Optional.empty() : text, row.version());
    }

    private boolean exists(Call.Read<Text> call) {
        return authority.exists(call.store(), Policies.name(call.input().name()));
    }

    private Reply<None> write(Call.Change<Text> call) {
        var name = Policies.name(call.input().name());
        if (name.isEmpty()) throw new Problem.Invalid("'name' parameter not supplied").asException();
        var text = decoded(call.input().policy().isEmpty() ? call.input().rules() : call.input().policy());
        if (text.isEmpty()) throw new Problem.Invalid("'policy' parameter not supplied or empty").asException();
        if (text.length() > MAX_TEXT) throw new Problem.Invalid("policy is larger than 1 MiB").asException();
        if (name.equals(Policies.ROOT) || name.equals(DefaultPolicy.WRAPPING_NAME)) {
            throw new Problem.Invalid("cannot update \"" + name + "\" policy").asException();
        }
        AclPolicy.parse(name, text);
        long version = authority.load(call.store(), name).map(l -> l.row().version()).orElse(0L);
        call.input().cas().filter(cas -> cas != (version == 0 ? -1 : version)).ifPresent(_ -> {
            throw new Problem.Invalid("check-and-set parameter did not match the current version").asException();
        });
        authority.save(call.store(), name, new Authority.Row(text, version + 1, Optional.of(call.now())));
        return Reply.nothing();
    }

    /** Clients may send the text as base64, so that a shell does not touch it. */
    private static String decoded(String text) {
        try {
            var decoded = new String(Base64.getDecoder().decode(text), java.nio.charset.StandardCharsets.UTF_8);
            return decoded.contains("path") ? decoded : text;
        } catch (IllegalArgumentException plain) {
            return text;
        }
    }

    private Reply<None> delete(Call.Change<Name> call) {
        var name = Policies.name(call.input().name());
        switch (name) {
            case Policies.ROOT -> throw new Problem.Invalid("cannot delete \"root\" policy").asException();
            case Policies.DEFAULT -> throw new Problem.Invalid("cannot delete default policy").asException();
            case DefaultPolicy.WRAPPING_NAME -> throw new Problem.Invalid("cannot delete \"" + name + "\" policy").asException();
            default -> call.store().delete(Authority.ROWS + name);
        }
        return Reply.nothing();
    }

    // ---- capabilities ----

    private Reply<Capabilities> capabilitiesSelf(Call.Read<Paths> call) {
        if (!(call.caller() instanceof TokenCaller caller)) throw new Problem.Denied().asException();
        return told(call.store(), caller.policies(), call.input().paths(), call.input().path());
    }

    private Reply<Capabilities> capabilities(Call.Read<PathsOf> call) {
        var caller = tokens.find(call.store(), call.input().token(), call.ask().remoteAddress(), call.now())
                .map(found -> authority.withIdentity(call.store(), found))
                .orElseThrow(() -> new Problem.Invalid("invalid token").asException());
        return told(call.store(), caller.policies(), call.input().paths(), call.input().path());
    }

    private Reply<Capabilities> capabilitiesAccessor(Call.Read<PathsOfAccessor> call) {
        var key = tokens.keyOfAccessor(call.store(), call.input().accessor())
                .orElseThrow(() -> new Problem.Invalid(Problem.multi("invalid accessor")).asException());
        return told(call.store(), tokens.row(call.store(), key).orElseThrow().policies(), call.input().paths(), call.input().path());
    }

    private Reply<Capabilities> told(Storage.Reader store, List<String> policies, List<String> paths, List<String> path) {
        var asked = paths.isEmpty() ? path : paths;
        if (asked.isEmpty()) throw new Problem.Invalid("paths must be supplied").asException();
        if (asked.size() > 10_000) throw new Problem.Invalid("too many paths").asException();
        var acl = authority.of(store, policies);
        var told = new java.util.LinkedHashMap<String, Object>();
        for (var each : asked) told.put(each, acl.capabilities(each.startsWith("/") ? each.substring(1) : each));
        if (asked.size() == 1) told.put("capabilities", java.util.Objects.requireNonNull(told.get(asked.getFirst())));
        return Reply.of(new Capabilities(told));
    }
}
