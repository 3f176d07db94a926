package watchword.engines.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.core.mount.EngineCatalog;
import watchword.engines.FaultyOutbound;
import watchword.engines.ServerPlayer;

/** Keys at providers: one works at all times, and none is there that nobody knows. */
class ProviderTest {
    private static final Duration LONGER_THAN_A_TURN = Duration.ofMinutes(3);

    private final PretendedProviders there = new PretendedProviders();
    private final FaultyOutbound way = new FaultyOutbound(there);
    private final List<Duration> pauses = new ArrayList<>();
    private final ServerPlayer server = new ServerPlayer(EngineCatalog.builder().engine("provider", (context, mount) -> new ProviderEngine(context, way, pauses::add)).build());

    /** Those that make keys, and where they are. */
    enum Shape {
        OPENAI("api.openai.com"), WANDB("api.wandb.ai"), DATABRICKS("dbc.test");

        final String host;

        Shape(String host) {
            this.host = host;
        }

        Map<String, Object> config() {
            return switch (this) {
                case OPENAI -> Map.of("provider", "openai", "admin_key", PretendedProviders.ADMIN, "parameters", Map.of("project", "proj_abc"));
                case WANDB -> Map.of("provider", "wandb", "admin_key", PretendedProviders.ADMIN);
                case DATABRICKS -> Map.of("provider", "databricks", "admin_key", PretendedProviders.ADMIN, "base_url", "https://dbc.test", "parameters", Map.of("lifetime_seconds", "864000"));
            };
        }
    }

    ProviderTest() {
        write("sys/mounts/provider", Map.of("type", "provider"));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private ServerPlayer.Received write(String path, Map<String, Object> body) {
        return server.asRoot("POST", "/v1/" + path, body);
    }

    private ServerPlayer.Received read(String path) {
        return server.asRoot("GET", "/v1/provider/" + path, Map.of());
    }

    private void configure(Shape shape) {
        var written = write("provider/config/ai", shape.config());
        assertThat(written.errors()).isEqualTo("null");
    }

    private void keep(Object... fields) {
        var body = new HashMap<String, Object>(Map.of("config", "ai", "rotation_period", "24h", "overlap", "2h"));
        for (int i = 0; i < fields.length; i += 2) body.put(String.valueOf(fields[i]), fields[i + 1]);
        var written = write("provider/keys/app", body);
        assertThat(written.errors()).isEqualTo("null");
    }

    private String current() {
        return read("creds/app").text("data", "key");
    }

    private List<String> values(Shape shape) {
        return there.of(shape.host).values().stream().filter(key -> key.active).map(key -> key.value).toList();
    }

    private void later(Duration time) {
        server.clock().advance(time);
        server.runDue();
    }

    /** What is due is done, and once more after each pause that a failure may have made. */
    private void untilSettled() {
        for (int i = 0; i < 8; i++) later(LONGER_THAN_A_TURN);
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void a_key_is_made_replaced_on_schedule_and_the_one_before_ends_after_the_overlap(Shape shape) {
        there.put(shape.host, "of-somebody-else", "other");
        configure(shape);
        keep();
        var first = current();
        assertThat(values(shape)).containsExactly("other", first);
        assertThat(read("creds/app").part("data").members()).containsEntry("ttl", 7200L).containsEntry("version", 1L).containsKeys("last_vault_rotation", "key_id");
        later(Duration.ofHours(24).plusSeconds(1));
        var second = current();
        assertThat(second).isNotEqualTo(first);
        assertThat(values(shape)).as("both work during the overlap").containsExactly("other", first, second);
        assertThat(read("creds/app").part("data").members()).containsEntry("version", 2L);
        for (int i = 0; i < 5; i++) later(Duration.ofHours(1));
        assertThat(values(shape)).containsExactly("other", second);
        assertThat(read("keys/app").part("data").texts("previous_key_ids")).isEmpty();
        assertThat(there.asked).as("the test of a key goes by the key alone").noneMatch(ask -> ask.to().getPath().matches("/v1/models|.*/Me") && String.valueOf(ask.headers()).contains(PretendedProviders.ADMIN));
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void wherever_the_server_dies_one_key_works_and_none_is_left_that_nobody_knows(Shape shape) {
        configure(shape);
        keep();
        for (boolean after : new boolean[] {false, true}) {
            for (int request = 1; request <= 4; request++) {
                var before = current();
                way.dieAt(request, after);
                later(Duration.ofHours(24).plusSeconds(1));
                way.live();
                assertThat(values(shape)).as("what is given out works").contains(current());
                server.restart();
                untilSettled();
                assertThat(current()).as("request " + request).isNotEqualTo(before);
                assertThat(values(shape)).contains(current());
                for (int i = 0; i < 5; i++) later(Duration.ofHours(1));
                assertThat(values(shape)).as("request " + request + " after " + after).containsExactly(current());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"429, throttled", "500, status 500", "503, status 503", "403, the admin key may not", "404, there is no such place"})
    void what_a_provider_refuses_is_told_and_tried_again_while_the_old_key_stays(int status, String told) {
        configure(Shape.OPENAI);
        keep();
        var before = current();
        there.next(ask -> ask.method().equals("POST"), status);
        assertThat(write("provider/rotate-key/app", Map.of()).errors()).contains(told).doesNotContain("as told");
        assertThat(current()).isEqualTo(before);
        assertThat(values(Shape.OPENAI)).containsExactly(before);
        untilSettled();
        assertThat(current()).isNotEqualTo(before);
        assertThat(values(Shape.OPENAI)).containsExactlyInAnyOrder(before, current());
    }

    @Test
    void who_is_throttled_is_told_how_long() {
        configure(Shape.OPENAI);
        keep();
        there.next(_ -> true, 429);
        assertThat(write("provider/rotate-key/app", Map.of()).errors()).contains("to be asked again in 7 seconds");
    }

    @Test
    void a_new_key_that_the_provider_does_not_take_is_ended_and_the_old_one_stays() {
        configure(Shape.OPENAI);
        keep();
        var before = current();
        there.next(ask -> ask.to().getPath().equals("/v1/models"), 401, 401, 401, 401, 401);
        assertThat(write("provider/rotate-key/app", Map.of()).errors()).contains("does not take the new key");
        assertThat(current()).isEqualTo(before);
        assertThat(values(Shape.OPENAI)).containsExactly(before);
        assertThat(pauses).hasSize(4);
    }

    @Test
    void a_key_that_cannot_be_tested_now_is_tested_later_and_not_made_once_more() {
        configure(Shape.OPENAI);
        keep();
        there.next(ask -> ask.to().getPath().equals("/v1/models"), 503);
        assertThat(write("provider/rotate-key/app", Map.of()).errors()).contains("cannot test a key: status 503");
        var made = values(Shape.OPENAI).getLast();
        assertThat(current()).isNotEqualTo(made);
        untilSettled();
        assertThat(current()).isEqualTo(made);
    }

    @Test
    void a_key_that_a_provider_takes_only_after_a_while_is_waited_for() {
        configure(Shape.OPENAI);
        there.next(ask -> ask.to().getPath().equals("/v1/models"), 401, 401);
        keep();
        assertThat(values(Shape.OPENAI)).containsExactly(current());
    }

    @Test
    void deleting_ends_the_key_and_those_before_it_and_no_others() {
        there.put(Shape.OPENAI.host, "of-somebody-else", "other");
        configure(Shape.OPENAI);
        keep();
        write("provider/rotate-key/app", Map.of());
        assertThat(values(Shape.OPENAI)).hasSize(3);
        assertThat(server.asRoot("DELETE", "/v1/provider/config/ai", Map.of()).error()).contains("keys/app needs this");
        there.next(ask -> ask.method().equals("DELETE"), 500);
        assertThat(server.asRoot("DELETE", "/v1/provider/keys/app", Map.of()).status()).isGreaterThanOrEqualTo(500);
        assertThat(read("creds/app").status()).as("what is being ended is not given out").isEqualTo(404);
        untilSettled();
        assertThat(values(Shape.OPENAI)).containsExactly("other");
        assertThat(server.asRoot("DELETE", "/v1/provider/config/ai", Map.of()).status()).isEqualTo(204);
    }

    @Test
    void what_could_not_be_ended_when_it_was_deleted_is_ended_later_without_a_schedule_too() {
        configure(Shape.DATABRICKS);
        assertThat(write("provider/keys/app", Map.of("config", "ai")).errors()).isEqualTo("null");
        there.next(ask -> ask.to().getPath().endsWith("/delete"), 500);
        assertThat(server.asRoot("DELETE", "/v1/provider/keys/app", Map.of()).status()).isEqualTo(502);
        assertThat(write("provider/keys/app", Map.of("config", "ai")).status()).as("it is not made anew meanwhile").isEqualTo(412);
        later(Duration.ofHours(1).plusSeconds(1));
        assertThat(values(Shape.DATABRICKS)).isEmpty();
        assertThat(write("provider/keys/app", Map.of("config", "ai")).errors()).isEqualTo("null");
        assertThat(values(Shape.DATABRICKS)).containsExactly(current());
    }

    @Test
    void a_key_is_sought_beyond_the_first_page() {
        for (int i = 0; i < 5; i++) there.put(Shape.OPENAI.host, "other-" + i, "other-" + i);
        configure(Shape.OPENAI);
        keep("overlap", "0");
        write("provider/rotate-key/app", Map.of());
        assertThat(values(Shape.OPENAI)).hasSize(6).contains(current());
    }

    @Test
    void a_definition_of_one_s_own_is_kept_and_one_that_is_wrong_is_told_with_its_line() {
        var text = Definitions.text("databricks");
        assertThat(write("provider/config/ai", Map.of("definition", text, "base_url", "https://dbc.test", "admin_key", PretendedProviders.ADMIN)).errors()).isEqualTo("null");
        keep();
        assertThat(values(Shape.DATABRICKS)).containsExactly(current());
        assertThat(write("provider/config/ai", Map.of("definition", text.replace("method: GET", "method: LOOK"), "admin_key", PretendedProviders.ADMIN)).error())
                .startsWith("definition: line 14: list.method must be GET");
        assertThat(write("provider/config/ai", Map.of("definition", text, "provider", "openai")).error()).contains("not both");
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void a_dynamic_key_ends_with_its_lease(Shape shape) {
        configure(shape);
        assertThat(write("provider/keys/mine", Map.of("config", "ai", "mode", "dynamic", "ttl", "10m")).errors()).isEqualTo("null");
        var issued = read("creds/mine");
        assertThat(issued.text("lease_duration")).isEqualTo("600");
        assertThat(values(shape)).containsExactly(issued.text("data", "key"));
        write("sys/leases/revoke", Map.of("lease_id", issued.text("lease_id"), "sync", true));
        assertThat(values(shape)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_dynamic_key_whose_making_the_server_did_not_survive_is_found_and_ended(boolean after) {
        configure(Shape.OPENAI);
        write("provider/keys/mine", Map.of("config", "ai", "mode", "dynamic", "ttl", "10m"));
        way.dieAt(1, after);
        try {
            read("creds/mine");
        } catch (FaultyOutbound.Died died) {
            assertThat(values(Shape.OPENAI)).hasSize(after ? 1 : 0);
        }
        way.live();
        server.restart();
        for (int i = 0; i < 12; i++) later(Duration.ofMinutes(10));
        assertThat(values(Shape.OPENAI)).isEmpty();
    }

    @Test
    void a_key_of_anthropic_is_made_by_hand_tested_and_the_one_before_set_inactive() {
        write("provider/config/ai", Map.of("provider", "anthropic", "admin_key", PretendedProviders.ADMIN));
        var host = "api.anthropic.com";
        for (int i = 0; i < 3; i++) there.put(host, "other-" + i, "sk-other-" + i);
        var first = there.put(host, "app-1", "sk-ant-1");
        var second = there.put(host, "app-2", "sk-ant-2");
        assertThat(write("provider/keys/app", Map.of("config", "ai")).error()).startsWith("missing key");
        assertThat(write("provider/keys/app", Map.of("config", "ai", "key", "sk-ant-1")).error()).startsWith("missing key_id");
        assertThat(write("provider/keys/app", Map.of("config", "ai", "key", "sk-ant-1", "key_id", first, "rotation_period", "24h")).error()).contains("no API that makes keys");
        assertThat(write("provider/keys/app", Map.of("config", "ai", "mode", "dynamic")).error()).contains("no API that makes keys");
        assertThat(write("provider/keys/app", Map.of("config", "ai", "key", "sk-wrong", "key_id", first)).errors()).contains("does not take the new key");
        assertThat(read("keys/app").status()).isEqualTo(404);
        assertThat(write("provider/keys/app", Map.of("config", "ai", "key", "sk-ant-1", "key_id", first)).errors()).isEqualTo("null");
        assertThat(write("provider/rotate-key/app", Map.of()).errors()).contains("make one by hand");
        assertThat(write("provider/rotate-key/app", Map.of("key", "sk-wrong", "key_id", second)).errors()).contains("the one before is in force");
        assertThat(current()).isEqualTo("sk-ant-1");
        assertThat(write("provider/rotate-key/app", Map.of("key", "sk-ant-2", "key_id", second)).errors()).isEqualTo("null");
        assertThat(current()).isEqualTo("sk-ant-2");
        assertThat(there.of(host).get(first)).matches(key -> key != null && key.active);
        for (int i = 0; i < 3; i++) later(Duration.ofHours(1));
        assertThat(there.of(host).get(first)).matches(key -> key != null && !key.active);
        assertThat(there.of(host).values().stream().filter(key -> !key.active)).hasSize(1);
    }

    @Test
    void a_token_of_hugging_face_is_given_tested_and_ended_by_hand() {
        assertThat(write("provider/config/ai", Map.of("provider", "huggingface")).errors()).isEqualTo("null");
        there.put("huggingface.co", "a", "hf_1");
        there.put("huggingface.co", "b", "hf_2");
        assertThat(write("provider/keys/app", Map.of("config", "ai", "key", "hf_1")).errors()).isEqualTo("null");
        write("provider/rotate-key/app", Map.of("key", "hf_2"));
        assertThat(current()).isEqualTo("hf_2");
        for (int i = 0; i < 3; i++) later(Duration.ofHours(1));
        assertThat(read("keys/app").part("data").members()).containsEntry("version", 2L);
    }

    @Test
    void the_admin_key_is_not_shown_and_not_sent_where_it_was_not_meant_for() {
        configure(Shape.OPENAI);
        assertThat(String.valueOf(read("config/ai").body())).contains("openai").doesNotContain(PretendedProviders.ADMIN);
        assertThat(write("provider/config/ai", Map.of("base_url", "https://elsewhere.test")).error()).contains("must be sent again");
        assertThat(write("provider/config/ai", Map.of("provider", "wandb", "parameters", Map.of())).error()).contains("must be sent again");
        assertThat(write("provider/config/ai", Map.of("parameters", Map.of("project", "proj_other"))).errors()).isEqualTo("null");
    }

    @Test
    void what_cannot_be_meant_is_refused() {
        assertThat(write("provider/config/ai", Map.of("provider", "nobody")).error()).contains("must be one of anthropic, databricks");
        assertThat(write("provider/config/ai", Map.of("provider", "openai", "admin_key", "a")).error()).contains("missing project");
        assertThat(write("provider/config/ai", Map.of("provider", "openai", "admin_key", "a b", "parameters", Map.of("project", "p"))).error()).contains("visible characters");
        assertThat(write("provider/config/ai", Map.of("provider", "databricks", "admin_key", "a")).error()).contains("missing base_url");
        configure(Shape.OPENAI);
        assertThat(write("provider/keys/app", Map.of("config", "ai", "overlap", "1h", "ttl", "2h")).error()).contains("at most the overlap");
        assertThat(write("provider/keys/app", Map.of("config", "none")).error()).contains("no configuration");
        assertThat(write("provider/keys/app", Map.of("config", "ai", "mode", "dynamic", "overlap", "1h")).error()).contains("ends with its lease");
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "../../../admin", "p/../q", "a?b=c", "a#b"})
    void a_parameter_stays_in_its_part_of_the_address(String project) {
        assertThat(write("provider/config/ai", Map.of("provider", "openai", "admin_key", PretendedProviders.ADMIN, "parameters", Map.of("project", project))).errors()).isEqualTo("null");
        write("provider/keys/app", Map.of("config", "ai"));
        assertThat(there.asked).allSatisfy(ask -> assertThat(ask.to().getRawPath()).matches("/v1/organization/projects/[^/]+/service_accounts").doesNotContain("/../"));
    }

    @Test
    void without_an_overlap_the_key_before_ends_at_once() {
        configure(Shape.DATABRICKS);
        keep("overlap", "0");
        var first = current();
        write("provider/rotate-key/app", Map.of());
        assertThat(values(Shape.DATABRICKS)).containsExactly(current()).doesNotContain(first);
    }
}
