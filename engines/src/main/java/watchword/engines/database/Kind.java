package watchword.engines.database;

import java.util.List;
import java.util.stream.Stream;
import watchword.sdk.JsonCodec;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;

/** The kinds of databases there are, by the names that clients know them by. */
enum Kind {
    POSTGRESQL(List.of("postgresql-database-plugin"), "{{ printf \"v-%s-%s-%s-%s\" (.DisplayName | truncate 8) (.RoleName | truncate 8) (random 20) (unix_time) | truncate 63 }}"),
    MYSQL(List.of("mysql-database-plugin", "mariadb-database-plugin"), "{{ printf \"v-%s-%s-%s-%s\" (.DisplayName | truncate 10) (.RoleName | truncate 10) (random 20) (unix_time) | truncate 32 }}"),
    MYSQL_SHORT(List.of("mysql-aurora-database-plugin", "mysql-rds-database-plugin", "mysql-legacy-database-plugin"), "{{ printf \"v-%s-%s\" (.RoleName | truncate 4) (random 20) | truncate 16 }}"),
    REDIS(List.of("redis-database-plugin", "valkey-database-plugin"), "{{ printf \"v_%s_%s_%s_%s\" (.DisplayName | truncate 30) (.RoleName | truncate 30) (random 20) (unix_time) | uppercase }}");

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> plugins;
    private final String usernameTemplate;

    Kind(List<String> plugins, String usernameTemplate) {
        this.plugins = plugins;
        this.usernameTemplate = usernameTemplate;
    }

    static Kind of(String plugin) {
        return Stream.of(values()).filter(kind -> kind.plugins.contains(plugin)).findFirst()
                .orElseThrow(() -> new Problem.Invalid("error creating database object: plugin not found in the catalog; there are " + String.join(", ", names())).asException());
    }

    private static List<String> names() {
        return Stream.of(values()).flatMap(kind -> kind.plugins.stream()).toList();
    }

    String usernameTemplate() {
        return usernameTemplate;
    }

    Database open(Config config, Outbound outbound, JsonCodec json) {
        return switch (this) {
            case POSTGRESQL -> new PostgreSql(config, outbound, json);
            case MYSQL, MYSQL_SHORT -> new MySql(config, outbound, json);
            case REDIS -> new Redis(config, outbound, json);
        };
    }
}
