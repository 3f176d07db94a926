package watchword.cli.line;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.client.Address;
import watchword.client.Client;
import watchword.client.Settings;
import watchword.client.SettingsException;
import watchword.client.TlsSettings;

/** A command as it was typed, with the world it runs in. */
public record Call(Command command, List<String> arguments, Map<String, List<String>> options, World world) {

    public PrintStream out() {
        return world.out();
    }

    public PrintStream err() {
        return world.err();
    }

    public Optional<String> option(String name) {
        var values = options.get(name);
        return values == null ? Optional.empty() : Optional.of(values.getLast());
    }

    /** All values of a flag that repeats. */
    public List<String> all(String name) {
        return options.getOrDefault(name, List.of());
    }

    public boolean has(String name) {
        return options.containsKey(name);
    }

    /** Whether a switch is on. */
    public boolean isOn(String name) {
        return option(name).orElse("false").equals("true");
    }

    /** An argument that the declaration says must be there. */
    public String argument(int at) {
        return arguments.get(at);
    }

    /** Empty when it was left out. */
    public String argumentOr(int at, String otherwise) {
        return at < arguments.size() ? arguments.get(at) : otherwise;
    }

    /** A path without the slashes around it. */
    public String path(int at) {
        return trimmed(argument(at));
    }

    public static String trimmed(String path) {
        int from = 0;
        int to = path.length();
        while (from < to && path.charAt(from) == '/') from++;
        while (to > from && path.charAt(to - 1) == '/') to--;
        return path.substring(from, to);
    }

    /** What an error message says this was doing; empty for nothing in particular. */
    public String doing() {
        return command.doing().replace("%s", argumentOr(0, "").equals("-") ? "" : Call.trimmed(argumentOr(0, "")));
    }

    /** The server and token to use: flags, then variables, then the token file. */
    public Settings settings() throws SettingsException {
        var settings = Settings.from(world.environment());
        var address = option("address");
        if (address.isPresent()) settings = settings.withAddress(Address.parse(address.get()));
        var namespace = has("namespace") ? option("namespace") : option("ns");
        if (namespace.isPresent()) settings = settings.withNamespace(namespace.get());
        settings = settings.withTls(tls(settings.tls()));
        return settings.token().isPresent() ? settings : settings.withToken(tokenFile().read());
    }

    private TlsSettings tls(TlsSettings set) {
        return new TlsSettings(file("ca-cert", set.caFile()), file("ca-path", set.caDirectory()), file("client-cert", set.certificate()),
                file("client-key", set.key()),
                option("tls-server-name").orElse(set.serverName()), has("tls-skip-verify") ? isOn("tls-skip-verify") : set.skipVerify());
    }

    private Optional<Path> file(String flag, Optional<Path> otherwise) {
        var named = option(flag);
        return named.isPresent() ? Optional.of(world.directory().resolve(named.get())) : otherwise;
    }

    /** {@code VAULT_TOKEN_FILE}, or {@code ~/.vault-token}. */
    public TokenFile tokenFile() {
        var named = Settings.variable(world.environment(), "TOKEN_FILE");
        return new TokenFile(named.isPresent() ? world.directory().resolve(named.get()) : world.home().resolve(".vault-token"));
    }

    public Client client() throws SettingsException, UsageException {
        return decorated(new Client(settings()));
    }

    /** Without wrapping: for requests that only prepare what was asked for. */
    public Client plainClient() throws SettingsException, UsageException {
        return withHeaders(new Client(settings()));
    }

    /** Tries once: for what works only once, where a second try would hide what the first one was answered. */
    public Client singleClient() throws SettingsException, UsageException {
        var settings = settings();
        return decorated(new Client(settings.within(settings.timeout(), 0)));
    }

    /** With the headers and wrapping that were asked for. */
    public Client decorated(Client client) throws UsageException {
        var ttl = option("wrap-ttl").isPresent() ? option("wrap-ttl") : Settings.variable(world.environment(), "WRAP_TTL");
        var plain = withHeaders(client);
        return ttl.isPresent() ? plain.wrapping(ttl.get()) : plain;
    }

    private Client withHeaders(Client client) throws UsageException {
        var with = client;
        for (var header : all("header")) {
            int equals = header.indexOf('=');
            try {
                with = with.withHeader(header.substring(0, equals), header.substring(equals + 1));
            } catch (IllegalArgumentException unusable) {
                throw new UsageException("-header: " + unusable.getMessage());
            }
        }
        return with;
    }

    public Output output() {
        return new Output(this);
    }

    public Input input() {
        return new Input(world);
    }
}
