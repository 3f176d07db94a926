package watchword.server.config;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import watchword.core.wire.Schema;
import watchword.sdk.Secret;

/** What people read of a configuration: the manual of all settings, and the effective values of one. */
public final class Reference {
    private static final String MASK = "\"********\"";

    private Reference() {}

    private record Chapter(String title, String text, List<Schema<?>> schemas) {}

    private static List<Chapter> chapters() {
        return List.of(
                new Chapter("Outside of blocks", "", List.of(ConfigReader.GLOBAL)),
                new Chapter("`listener \"tcp\"`", "An address to listen on. There may be several, each with its own rules. HTTP/1.1 and HTTP/2 are spoken.",
                        List.of(BlockReader.TCP, BlockReader.TLS, BlockReader.FORWARDED, BlockReader.PROXIED, BlockReader.OPEN)),
                new Chapter("`listener \"unix\"`", "A socket file. Its clients have no address, so nothing that is bound to addresses lets them in.", List.of(BlockReader.UNIX, BlockReader.OPEN)),
                new Chapter("`telemetry` and `inflight_requests_logging` in a listener", "", List.of(BlockReader.TELEMETRY, BlockReader.IN_FLIGHT)),
                new Chapter("`storage \"sqlite\"`", "One file, and the default choice. `storage \"file\"` and `storage \"raft\"` of other servers become this, in the folder of their `path`; "
                        + "`storage \"inmem\"` keeps nothing.", List.of(BlockReader.SQLITE)),
                new Chapter("`storage \"postgresql\"`", "A table in a PostgreSQL database.", List.of(BlockReader.POSTGRESQL)),
                new Chapter("`seal \"static\"`", "A key that opens the server when it starts. Without such a block the server is opened with shares (`seal \"shamir\"`, which may be written and has no settings).",
                        List.of(SealReader.STATIC)),
                new Chapter("`user_lockout \"TYPE\"`", "When failed logins lock somebody out, for auth methods of TYPE, `approle`, `ldap` or `userpass`, or for `all` of them. What a mount is tuned to goes before it.",
                        List.of(BlockReader.USER_LOCKOUT)),
                new Chapter("`audit \"TYPE\" \"NAME\"`", "An audit device that the API can neither change nor remove. TYPE is `file`, `socket`, `syslog` or `http`; NAME is its path below `sys/audit/`.",
                        List.of(BlockReader.AUDIT)));
    }

    /** {@code docs/configuration.md}. */
    public static String markdown() {
        var text = new StringBuilder("""
                # Configuration

                <!-- Written by the build from the records in server/src/main/java/watchword/server/config; do not edit. -->

                `watchword server -config=PATH` reads HCL or JSON from a file, or from all `.hcl` and `.json` files of a folder, and `-config` may be
                given several times: what is said last counts, and blocks add up. `-check` reads it, prints what it comes to (secrets masked), looks
                whether certificates can be used and files and folders written, and ends: with 2 when something would be in the way of a start, or a
                block has a setting that nobody knows.

                A file written for Vault or OpenBao is read. A setting that means nothing here is named in a warning; one whose name is within two
                letters of a known one stops the server, as a misspelt one would. So does a value that cannot be used, with file, line and what is
                allowed, and a seal or storage that there is not, such as `seal "awskms"`. Durations are written as `30s`, `5m`, `768h` or in whole seconds.

                SIGHUP reads certificates, `log_level` and `log_format` again and opens audit files anew; SIGTERM lets requests end and stops.
                """);
        for (var chapter : chapters()) {
            text.append("\n## ").append(chapter.title()).append("\n\n");
            if (!chapter.text().isEmpty()) text.append(chapter.text()).append("\n\n");
            text.append("| setting | type | default | |\n|---|---|---|---|\n");
            for (var schema : chapter.schemas()) schema.fields().forEach(field -> row(text, field));
        }
        return text.toString();
    }

    private static void row(StringBuilder text, Schema.Field field) {
        text.append("| `").append(field.name()).append("` | ").append(type(field)).append(" | ")
                .append(field.defaultTree().map(value -> "`" + value + "`").orElse("")).append(" | ").append(field.doc()).append(" |\n");
    }

    private static String type(Schema.Field field) {
        if (field.openApi().get("enum") instanceof List<?> words) return words.stream().map(word -> "`" + word + "`").collect(Collectors.joining(", "));
        return switch (field.typeName()) {
            case "integer" -> "number";
            case "array" -> "list";
            case "object" -> "block";
            case "password" -> "text, secret";
            case "string" -> "text";
            default -> field.typeName();
        };
    }

    /** Every setting with its value, as it would be written, but for secrets. */
    public static String effective(ServerConfig config) {
        var text = new StringBuilder();
        for (var block : config.effective()) {
            if (!block.name().isEmpty()) text.append(block.name()).append(" {\n");
            block.values().forEach((name, value) -> text.append(block.name().isEmpty() ? "" : "  ").append(name).append(" = ").append(written(value)).append('\n'));
            if (!block.name().isEmpty()) text.append("}\n");
        }
        return text.toString();
    }

    private static String written(Object value) {
        return switch (value) {
            case Secret secret -> secret.size() == 0 ? "\"\"" : MASK;
            case String plain -> "\"" + plain.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
            case List<?> list -> list.stream().map(Reference::written).collect(Collectors.joining(", ", "[", "]"));
            case Map<?, ?> map -> map.entrySet().stream().map(entry -> entry.getKey() + " = " + (isSecret(entry.getKey().toString()) ? MASK : written(entry.getValue())))
                    .collect(Collectors.joining("  ", "{ ", " }"));
            default -> value.toString();
        };
    }

    /** Options of audit devices are texts whose meaning their type knows; headers carry credentials. */
    private static boolean isSecret(String option) {
        return option.contains("header") || option.contains("token") || option.contains("password") || option.contains("secret");
    }
}
