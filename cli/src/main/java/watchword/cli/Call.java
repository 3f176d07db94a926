package watchword.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.cli.Command.UsageException;
import watchword.client.Client;
import watchword.client.JsonText;
import watchword.client.Settings;

/** A command as it was typed, with the world it runs in. */
record Call(Command command, List<String> arguments, Map<String, List<String>> options, World world) {

    /** What a command may touch; a test has its own. */
    record World(Map<String, String> environment, Path home, InputStream in, PrintStream out, PrintStream err) {}

    PrintStream out() {
        return world.out();
    }

    PrintStream err() {
        return world.err();
    }

    Optional<String> option(String name) {
        var values = options.get(name);
        return values == null ? Optional.empty() : Optional.of(values.getLast());
    }

    List<String> all(String name) {
        return options.getOrDefault(name, List.of());
    }

    boolean flag(String name) {
        return option(name).map(value -> !value.equals("false")).orElse(false);
    }

    String argument(int at, String name) throws UsageException {
        if (at >= arguments.size()) throw new UsageException("not enough arguments: " + name + " is missing");
        return arguments.get(at);
    }

    void atMost(int count) throws UsageException {
        if (arguments.size() > count) throw new UsageException("too many arguments: expected " + count + ", got " + arguments.size());
    }

    Settings settings() throws IOException {
        var settings = Settings.from(world.environment());
        if (option("address").isPresent()) settings = settings.withAddress(option("address").get());
        if (option("namespace").isPresent()) {
            settings = new Settings(settings.address(), settings.token(), option("namespace").get(), settings.caCertificate(), settings.skipVerify(), settings.timeout(), settings.retries());
        }
        return settings.token().isEmpty() ? settings.withToken(savedToken()) : settings;
    }

    Client client() throws IOException {
        var client = new Client(settings());
        return option("wrap-ttl").map(client::wrapping).orElse(client);
    }

    Path tokenFile() {
        return world.home().resolve(".vault-token");
    }

    private String savedToken() throws IOException {
        try {
            return Files.readString(tokenFile()).trim();
        } catch (NoSuchFileException none) {
            return "";
        }
    }

    Output output() {
        return new Output(this);
    }

    /** {@code key=value} words; {@code @file} and {@code -} read a value, or the whole object when they stand alone. */
    Map<String, Object> pairs(int from) throws IOException, UsageException {
        var pairs = new LinkedHashMap<String, Object>();
        for (var word : arguments.subList(Math.min(from, arguments.size()), arguments.size())) {
            if (word.equals("-")) putAll(pairs, read(word));
            else if (word.startsWith("@")) putAll(pairs, read(word));
            else pair(pairs, word);
        }
        return pairs;
    }

    private void pair(Map<String, Object> pairs, String word) throws IOException, UsageException {
        int equals = word.indexOf('=');
        if (equals < 1) throw new UsageException("\"" + word + "\" is not KEY=VALUE, @FILE or -");
        var value = word.substring(equals + 1);
        pairs.put(word.substring(0, equals), value.equals("-") || value.startsWith("@") ? read(value) : value.startsWith("\\@") ? value.substring(1) : value);
    }

    private static void putAll(Map<String, Object> pairs, String json) throws UsageException {
        try {
            if (JsonText.parse(json) instanceof Map<?, ?> map) map.forEach((key, value) -> put(pairs, key.toString(), value));
            else throw new UsageException("not a JSON object");
        } catch (IOException malformed) {
            throw new UsageException("not a JSON object");
        }
    }

    @SuppressWarnings("NullAway") // JSON null
    private static void put(Map<String, Object> pairs, String key, @org.jspecify.annotations.Nullable Object value) {
        pairs.put(key, value);
    }

    /** {@code -} is standard input, {@code @name} a file. */
    String read(String from) throws IOException, UsageException {
        if (from.equals("-")) return new String(world.in().readAllBytes(), StandardCharsets.UTF_8);
        var path = Path.of(from.substring(1));
        if (!Files.isReadable(path)) throw new UsageException("cannot read " + path);
        return Files.readString(path);
    }
}
