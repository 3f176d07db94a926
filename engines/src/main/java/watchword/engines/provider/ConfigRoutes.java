package watchword.engines.provider;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.JsonCodec;
import watchword.sdk.Outbound;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** Which providers a mount is for, and who asks there. */
final class ConfigRoutes {
    static final String NAME = "[A-Za-z0-9][A-Za-z0-9_-]{0,39}";
    private static final String VALUE = "[\\x20-\\x7e]{1,256}";
    private static final int PAGE = 256;

    private final Table<Config> configs;
    private final Table<KeptKey> keys;
    private final Outbound outbound;
    private final JsonCodec json;

    ConfigRoutes(EngineContext context, Table<KeptKey> keys, Outbound outbound) {
        this.configs = context.table("config", Config.class);
        this.keys = keys;
        this.outbound = outbound;
        this.json = context.json();
    }

    record Named(@Doc("Name of the configuration.") String name) {}

    record Set(
            @Doc("Name of the configuration.") String name,
            @Doc("Name of a definition that comes along: `anthropic`, `databricks`, `huggingface`, `openai` or `wandb`.") Optional<String> provider,
            @Doc("In place of that, a definition as YAML or JSON: what the admin API of a provider is like.") Optional<String> definition,
            @Doc("Address of the API, in place of the definition's.") Optional<String> baseUrl,
            @Doc("Key by which keys are made and ended. Never shown; it must be sent again when it would go elsewhere than before.") Optional<Secret> adminKey,
            @Doc("What the definition wants to know besides, such as a project.") Optional<Map<String, String>> parameters) {}

    record Shown(
            @Doc("Address of the API, when it is not the definition's.") String baseUrl,
            @Doc("Definition of the provider; empty for one that comes along.") String definition,
            @Doc("What the definition wants to know besides.") Map<String, String> parameters,
            @Doc("Name of the definition that comes along; empty for one of its own.") String provider) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("config", Page.class, Page.Keys.class, call -> call.input().of(configs, call.store()), "List the configurations."),
                Route.read("config/{name}", Named.class, Shown.class, this::read, "Read a configuration, without its admin key."),
                Route.write("config/{name}", Set.class, None.class, this::write, "Set a provider and who asks there, or change what is sent of it."),
                Route.delete("config/{name}", Named.class, None.class, this::delete, "Delete a configuration that no key needs."));
    }

    private Reply<Shown> read(Call.Read<Named> call) {
        var config = configs.get(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new Shown(config.baseUrl(), config.definition(), config.parameters(), config.provider()));
    }

    private Reply<None> write(Call.Change<Set> call) {
        var in = call.input();
        if (!in.name().matches(NAME)) throw new Problem.Invalid("name", "must be letters, digits, - and _, 40 at most").asException();
        if (in.provider().isPresent() && in.definition().isPresent()) throw new Problem.Invalid("give a provider or a definition, not both").asException();
        var before = configs.get(call.store(), in.name()).orElse(new Config("", "", "", Secret.copyOf(""), Map.of()));
        var provider = in.definition().isPresent() ? "" : in.provider().orElse(before.provider());
        var text = in.provider().isPresent() ? "" : in.definition().orElse(before.definition());
        if (provider.isEmpty() && text.isEmpty()) throw new Problem.Invalid("missing provider: the name of one that comes along, or a definition").asException();
        var after = new Config(provider, text, in.baseUrl().orElse(before.baseUrl()), in.adminKey().orElse(before.adminKey()), in.parameters().orElse(before.parameters()));
        requireUsable(after);
        boolean elsewhere = !after.provider().equals(before.provider()) || !after.definition().equals(before.definition()) || !after.baseUrl().equals(before.baseUrl());
        if (elsewhere && before.adminKey().size() > 0 && in.adminKey().isEmpty()) throw new Problem.Invalid("admin_key", "must be sent again: it would go elsewhere than before").asException();
        configs.put(call.store(), in.name(), after);
        return Reply.nothing();
    }

    private static void requireUsable(Config config) {
        var definition = config.read();
        if (config.baseUrl().isEmpty() && definition.baseUrl().isEmpty()) throw new Problem.Invalid("missing base_url: " + definition.provider() + " has none that is everybody's").asException();
        if (!config.baseUrl().isEmpty() && !Outbound.isAddress(config.baseUrl())) {
            throw new Problem.Invalid("base_url", "must be a URL that begins with https:// or http://, without a name, query or fragment").asException();
        }
        boolean asks = definition.create().isPresent() || definition.list().isPresent() || definition.delete().isPresent();
        if (asks && config.adminKey().size() == 0) throw new Problem.Invalid("missing admin_key").asException();
        if (config.adminKey().size() > 0 && !Provider.isKey(config.adminKey().reveal())) throw new Problem.Invalid("admin_key", "must be visible characters of ASCII").asException();
        var known = new LinkedHashMap<>(definition.parameters());
        known.putAll(definition.optional());
        config.parameters().forEach((name, value) -> {
            if (!known.containsKey(name)) throw new Problem.Invalid("parameters", definition.provider() + " has " + (known.isEmpty() ? "none" : "only " + String.join(", ", known.keySet()))).asException();
            if (!value.matches(VALUE)) throw new Problem.Invalid("parameters", name + " must be 1 to 256 characters of ASCII").asException();
        });
        definition.parameters().forEach((name, about) -> {
            if (!config.parameters().containsKey(name)) throw new Problem.Invalid("parameters", "missing " + name + ": " + about).asException();
        });
    }

    private Reply<None> delete(Call.Change<Named> call) {
        var name = call.input().name();
        for (var page = keys.names(call.store(), "", "", PAGE); !page.isEmpty(); page = keys.names(call.store(), "", page.getLast(), PAGE)) {
            for (var key : page) {
                if (keys.get(call.store(), key).filter(kept -> kept.config().equals(name)).isPresent()) throw new Problem.Invalid("keys/" + key + " needs this configuration: delete that first").asException();
            }
        }
        configs.delete(call.store(), name);
        return Reply.nothing();
    }

    Provider provider(Storage.Reader store, String name) {
        var config = configs.get(store, name).orElseThrow(() -> new Problem.Invalid("config", "there is no configuration " + name).asException());
        return new Provider(outbound, json, config);
    }
}
