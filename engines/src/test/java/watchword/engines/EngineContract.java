package watchword.engines;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import watchword.core.mount.RouteTable;
import watchword.core.wire.Schema;
import watchword.sdk.JsonNumber;
import watchword.sdk.PathTemplate.Segment;
import watchword.sdk.Reply;
import watchword.sdk.Route.Handler;
import watchword.testkit.Property;

/** What holds for every engine, read off its routes: a new route is tested without a line of test. */
public interface EngineContract {
    String CANARY = "canary-5f1d";

    /** Texts with which the field answers a mistake of the caller as if it were the server's, and clients know it so. */
    default Set<String> mistakesAnsweredAs500() {
        return Set.of();
    }

    /** A new mount of the engine. */
    EnginePlayer player();

    @Test
    default void every_route_and_every_field_is_explained() {
        for (var bound : player().routes().all()) {
            var name = bound.route().operation() + " " + bound.route().path();
            assertThat(bound.route().summary()).as(name).isNotBlank().endsWith(".");
            assertExplained(name, bound.input());
            if (bound.route().output() != Reply.None.class) assertExplained(name, bound.output());
        }
    }

    private static void assertExplained(String route, Schema<?> schema) {
        for (var field : schema.fields()) assertThat(field.doc()).as(route + " field " + field.name()).isNotBlank();
    }

    @Test
    default void every_parameter_of_a_path_is_a_field() {
        for (var bound : player().routes().all()) {
            var fields = bound.input().fields().stream().map(Schema.Field::name).toList();
            assertThat(fields).as(bound.route().path().text()).containsAll(bound.parameters());
        }
    }

    @Test
    default void every_route_is_reached_by_its_own_path() {
        var routes = player().routes();
        for (var bound : routes.all()) {
            var path = path(bound, List.of("name"), RandomGenerator.getDefault());
            assertThat(routes.match(bound.route().operation(), path)).isInstanceOfSatisfying(
                    RouteTable.Match.Found.class, found -> assertThat(found.bound().route().path()).isEqualTo(bound.route().path()));
        }
    }

    @Test
    default void whatever_is_sent_is_answered_or_refused_and_no_refusal_repeats_a_value() {
        Property.holds(40, random -> {
            var player = player();
            var routes = player.routes().all();
            for (int i = 0; i < 60; i++) {
                var bound = routes.get(random.nextInt(routes.size()));
                var path = path(bound, List.of("a", "a/b", "a/b/", "ü b", "%", "1", ""), random);
                var body = body(bound, random);
                var before = player.stored();
                var outcome = player.ask(bound.route().operation(), path, body);

                var asked = bound.route().operation() + " " + path + " " + body;
                if (!mistakesAnsweredAs500().contains(outcome.error())) assertThat(outcome.status()).as(asked).isNotEqualTo(500);
                assertThat(outcome.errors().toString()).as(asked).doesNotContain(CANARY);
                if (outcome.status() >= 400 || bound.route().handler() instanceof Handler.Reads<?, ?>) {
                    assertThat(player.stored()).as(asked).isEqualTo(before);
                }
            }
        });
    }

    private static String path(RouteTable.Bound<?, ?> bound, List<String> values, RandomGenerator random) {
        return bound.route().path().segments().stream().map(segment -> switch (segment) {
            case Segment.Literal literal -> literal.text();
            case Segment.One _ -> "one";
            case Segment.Rest _ -> values.get(random.nextInt(values.size()));
        }).collect(Collectors.joining("/"));
    }

    private static Map<String, Object> body(RouteTable.Bound<?, ?> bound, RandomGenerator random) {
        var body = new LinkedHashMap<String, Object>();
        var names = new ArrayList<>(bound.input().fields().stream().map(Schema.Field::name).toList());
        names.add("unknown");
        names.removeAll(bound.parameters());
        for (var name : names) {
            if (random.nextInt(3) > 0) put(body, name, value(random, 3));
        }
        return body;
    }

    @SuppressWarnings("NullAway") // a client may send null for anything
    private static void put(Map<String, Object> body, String name, Object value) {
        body.put(name, value == NULL ? null : value);
    }

    Object NULL = new Object();

    private static Object value(RandomGenerator random, int depth) {
        return switch (random.nextInt(depth > 0 ? 14 : 10)) {
            case 0 -> CANARY;
            case 1 -> CANARY + "\u0000\n\"";
            case 2 -> "";
            case 3 -> random.nextBoolean() ? "12" : "1h";
            case 4 -> (long) random.nextInt(-2, 5);
            case 5 -> random.nextLong();
            case 6 -> new JsonNumber(random.nextBoolean() ? "1.5" : "1e400");
            case 7 -> random.nextBoolean();
            case 8 -> NULL;
            case 9 -> CANARY.repeat(100);
            case 10 -> List.of(CANARY, 1L);
            case 11 -> List.of(1L, 2L);
            default -> {
                var object = new LinkedHashMap<String, Object>();
                for (int i = random.nextInt(4); i > 0; i--) put(object, i == 3 ? "cas" : "name" + i, value(random, depth - 1));
                yield object;
            }
        };
    }
}
