package watchword.core.identity.oidc;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import watchword.core.identity.oidc.NamedKeys.User;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.OrNull;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Trait;
import watchword.sdk.Storage;

/** {@code identity/oidc/scope} and {@code provider}: by what people sign in, and what is told of them. */
final class ProviderRoutes {
    /** Every provider has it, and it tells nothing more. */
    static final String OPENID = "openid";

    private final Applications applications;
    private final NamedKeys keys;
    private final Issuers issuers;

    ProviderRoutes(Applications applications, NamedKeys keys, Issuers issuers) {
        this.applications = applications;
        this.keys = keys;
        this.issuers = issuers;
    }

    record Name(@Doc("Name of it.") String name) {}

    record SetScope(
            @Doc("Name of the scope.") String name,
            @Doc("Claims that it tells: JSON, or that in base64, with holes such as `{{identity.entity.groups.names}}`.") Optional<String> template,
            @Doc("What it is for.") Optional<String> description) {}

    record ShownScope(@Doc("What it is for.") String description, @Doc("Claims that it tells.") String template) {}

    record Set(
            @Doc("Name of the provider.") String name,
            @Doc("Scheme, host and port of the issuer, without more; the server's own address when empty.") Optional<String> issuer,
            @Doc("Client ids of those that may use it; `*` for all, none when empty.") Optional<List<String>> allowedClientIds,
            @Doc("Scopes that clients may ask for, besides `openid`.") Optional<List<String>> scopesSupported) {}

    record Shown(
            @Doc("Client ids of those that may use it.") List<String> allowedClientIds,
            @Doc("The whole issuer.") String issuer,
            @Doc("Scopes that clients may ask for.") List<String> scopesSupported) {}

    record Asked(@Doc("Only providers that this client may use.") String allowedClientId) {}

    record Listed(@Doc("Names of the providers, sorted.") List<String> keys, @Doc("Each provider by its name.") @OrNull Map<String, Shown> keyInfo) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("oidc/scope", Page.class, Page.Keys.class, call -> call.input().of(applications.scopes, call.store()), "List the scopes."),
                Route.read("oidc/scope/{name}", Name.class, ShownScope.class, this::readScope, "Read a scope."),
                Route.write("oidc/scope/{name}", SetScope.class, None.class, this::setScope, "Create a scope, or change it; what is not sent stays.")
                        .existence(call -> applications.scope(call.store(), call.input().name()).isPresent()),
                Route.delete("oidc/scope/{name}", Name.class, None.class, this::deleteScope, "Delete a scope that no provider has."),
                Route.list("oidc/provider", Asked.class, Listed.class, this::list, "List the providers."),
                Route.read("oidc/provider/{name}", Name.class, Shown.class, call -> Reply.of(shown(call.store(), call.input().name(), require(call.store(), call.input().name()))), "Read a provider."),
                Route.write("oidc/provider/{name}", Set.class, None.class, this::set, "Create a provider, or change it; what is not sent stays.")
                        .existence(call -> applications.provider(call.store(), call.input().name()).isPresent()),
                Route.delete("oidc/provider/{name}", Name.class, None.class, this::delete, "Delete a provider."),
                Route.read("oidc/provider/{name}/.well-known/openid-configuration", Name.class, None.class, this::discovery, "What applications have to know of a provider.").with(Trait.NO_TOKEN, Trait.OWN_FORM),
                Route.read("oidc/provider/{name}/.well-known/keys", Name.class, None.class, this::publicKeys, "The public keys of a provider's ID tokens, as a JWK set.").with(Trait.NO_TOKEN, Trait.OWN_FORM));
    }

    // ---- scopes ----

    private Reply<ShownScope> readScope(Call.Read<Name> call) {
        var row = applications.scope(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new ShownScope(row.description(), row.template()));
    }

    private Reply<None> setScope(Call.Change<SetScope> call) {
        var in = call.input();
        var name = Label.require(in.name());
        if (name.equals(OPENID)) throw KeyRoutes.invalid("the \"openid\" scope name is reserved");
        var before = applications.scope(call.store(), name);
        Applications.requireRoom(call.store(), applications.scopes, name);
        var template = in.template().map(Template::text).or(() -> before.map(Applications.Scope::template)).orElse("");
        var unused = Template.parse(template);
        applications.scopes.put(call.store(), name, new Applications.Scope(template, in.description().or(() -> before.map(Applications.Scope::description)).orElse("")));
        return Reply.nothing();
    }

    private Reply<None> deleteScope(Call.Change<Name> call) {
        var name = call.input().name();
        var users = providers(call.store()).entrySet().stream().filter(provider -> provider.getValue().scopesSupported().contains(name)).map(Map.Entry::getKey).toList();
        if (!users.isEmpty()) throw KeyRoutes.invalid("unable to delete scope \"" + KeyRoutes.shown(name) + "\" because it is currently referenced by these providers: " + String.join(", ", users));
        applications.scopes.delete(call.store(), name);
        return Reply.nothing();
    }

    // ---- providers ----

    private Map<String, ProviderRow> providers(Storage.Reader store) {
        var all = new LinkedHashMap<String, ProviderRow>();
        for (var name : applications.providerNames().all(store)) applications.provider(store, name).ifPresent(row -> all.put(name, row));
        return all;
    }

    private ProviderRow require(Storage.Reader store, String name) {
        return applications.provider(store, name).orElseThrow(() -> new Problem.NotFound().asException());
    }

    private Shown shown(Storage.Reader store, String name, ProviderRow row) {
        return new Shown(row.allowedClientIds(), issuers.of(store, name, row), row.scopesSupported());
    }

    private Reply<Listed> list(Call.Read<Asked> call) {
        var client = call.input().allowedClientId();
        var all = new LinkedHashMap<String, Shown>();
        providers(call.store()).forEach((name, row) -> {
            if (client.isEmpty() || row.allows(client)) all.put(name, shown(call.store(), name, row));
        });
        if (all.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Listed(List.copyOf(all.keySet()), all));
    }

    private Reply<None> set(Call.Change<Set> call) {
        var in = call.input();
        var store = call.store();
        var name = Label.require(in.name());
        var before = applications.provider(store, name);
        var row = new ProviderRow(
                Issuers.require(in.issuer().or(() -> before.map(ProviderRow::issuer)).orElse("")),
                in.allowedClientIds().map(ids -> Applications.distinct("allowed_client_ids", ids)).or(() -> before.map(ProviderRow::allowedClientIds)).orElse(List.of()),
                in.scopesSupported().map(names -> Applications.distinct("scopes_supported", names)).or(() -> before.map(ProviderRow::scopesSupported)).orElse(List.of()));
        var warnings = conflicts(store, row.scopesSupported());
        if (!row.issuer().isEmpty()) warnings.addFirst(Issuers.EXPLICIT);
        applications.save(store, name, row);
        return Reply.<None>nothing().warn(warnings);
    }

    /** Claims that several scopes tell. */
    private List<String> conflicts(Storage.Reader store, List<String> scopes) {
        var teller = new LinkedHashMap<String, String>();
        var warnings = new ArrayList<String>();
        for (var name : scopes) {
            var scope = applications.scope(store, name).orElseThrow(() -> KeyRoutes.invalid("scope \"" + KeyRoutes.shown(name) + "\" does not exist"));
            for (var claim : Template.parse(scope.template()).names()) {
                var other = teller.putIfAbsent(claim, name);
                if (other != null) {
                    warnings.add("Found scope templates with conflicting top-level keys: conflict \"" + claim + "\" in scopes \"" + name + "\", \"" + other
                            + "\". This may result in an error if the scopes are requested in an OIDC Authentication Request.");
                }
            }
        }
        return warnings;
    }

    private Reply<None> delete(Call.Change<Name> call) {
        if (call.input().name().equals(Applications.DEFAULT)) throw KeyRoutes.invalid("deletion of OIDC provider \"default\" not allowed");
        applications.deleteProvider(call.store(), call.input().name());
        return Reply.nothing();
    }

    // ---- what anybody may know ----

    private Reply<None> discovery(Call.Read<Name> call) {
        var provider = require(call.store(), call.input().name());
        var issuer = issuers.of(call.store(), call.input().name(), provider);
        var document = new LinkedHashMap<String, Object>();
        document.put("issuer", issuer);
        document.put("jwks_uri", issuer + "/.well-known/keys");
        document.put("authorization_endpoint", issuer + "/authorize");
        document.put("token_endpoint", issuer + "/token");
        document.put("userinfo_endpoint", issuer + "/userinfo");
        document.put("request_parameter_supported", false);
        document.put("request_uri_parameter_supported", false);
        document.put("id_token_signing_alg_values_supported", WorkloadRoutes.ALGORITHMS);
        document.put("response_types_supported", List.of("code"));
        document.put("scopes_supported", Stream.concat(provider.scopesSupported().stream(), Stream.of(OPENID)).toList());
        document.put("claims_supported", List.of());
        document.put("subject_types_supported", List.of("public"));
        document.put("grant_types_supported", List.of("authorization_code", "client_credentials"));
        document.put("token_endpoint_auth_methods_supported", List.of("none", "client_secret_basic", "client_secret_post"));
        document.put("code_challenge_methods_supported", List.of("S256", "plain"));
        return PublicAnswer.discovery(document);
    }

    private Reply<None> publicKeys(Call.Read<Name> call) {
        var store = call.store();
        var provider = require(store, call.input().name());
        if (provider.allowedClientIds().contains(NamedKey.ANY_CLIENT)) return PublicAnswer.keySet(keys.used(store, User.CLIENT), keys.now());
        var names = provider.allowedClientIds().stream().flatMap(id -> applications.client(store, id).stream()).map(ClientRow::key).distinct();
        return PublicAnswer.keySet(names.flatMap(name -> keys.get(store, name).stream()).toList(), keys.now());
    }
}
