package watchword.core.audit.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.core.json.Json;

class ExclusionsTest {
    private static final String LINE = "{\"time\":\"t\",\"type\":\"response\",\"auth\":{\"client_token\":\"hmac-sha256:1\",\"entity_id\":\"e\",\"policies\":[\"a\",\"b\"]},"
            + "\"request\":{\"id\":\"1\",\"mount_type\":\"transit\",\"data\":{\"a/b\":\"x\",\"n\":1.50}},\"response\":{\"data\":{\"k\":{\"x\":1},\"l\":[{\"y\":2},3]}}}";

    private static String apply(String exclude) {
        try {
            var open = LINE.substring(0, LINE.length() - 1).getBytes(StandardCharsets.US_ASCII);
            return new String(Exclusions.of(Json.parse(exclude.getBytes(StandardCharsets.UTF_8))).apply(open), StandardCharsets.US_ASCII) + "}";
        } catch (Json.MalformedException malformed) {
            throw new IllegalArgumentException(malformed);
        }
    }

    @Test
    void fields_are_left_out_and_the_rest_stays_as_it_is() {
        assertThat(apply("[{\"fields\":[\"/response/data\"]}]")).isEqualTo(LINE.replace("\"data\":{\"k\":{\"x\":1},\"l\":[{\"y\":2},3]}", ""));
        assertThat(apply("[{\"fields\":[\"/request/data/a~1b\",\"/response/data/k\",\"/response/data/l/0/y\",\"/not/there\"]}]"))
                .isEqualTo(LINE.replace("\"a/b\":\"x\",", "").replace("\"k\":{\"x\":1},", "").replace("{\"y\":2}", "{}"));
    }

    @Test
    void a_condition_decides_and_sees_the_entry_before_anything_was_left_out() {
        assertThat(apply("[{\"condition\":\"\\\"/request/mount_type\\\" == transit\",\"fields\":[\"/request/mount_type\",\"/auth/entity_id\"]},"
                + "{\"condition\":\"\\\"/auth/entity_id\\\" == e and \\\"/auth/client_token\\\" matches \\\"hmac.+\\\" and b in /auth/policies\",\"fields\":[\"/response\"]}]"))
                .doesNotContain("mount_type").doesNotContain("entity_id").doesNotContain("\"response\":").contains("\"id\":\"1\"");
        assertThat(apply("[{\"condition\":\"\\\"/request/mount_type\\\" == kv\",\"fields\":[\"/response/data\"]}]")).isEqualTo(LINE);
        assertThat(apply("[{\"condition\":\"\",\"fields\":[\"/auth/policies\"]}]")).doesNotContain("policies");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "[1]", "[{}]", "[{\"fields\":[]}]", "[{\"fields\":\"/x\"}]", "[{\"fields\":[\"x\"]}]", "[{\"fields\":[\"/time\"]}]", "[{\"fields\":[\"/type\"]}]",
        "[{\"fields\":[\"/request/id\"]}]", "[{\"fields\":[\"/x\"],\"condition\":1}]", "[{\"fields\":[\"/x\"],\"condition\":\"type == 1\"}]", "[{\"fields\":[\"/x\"],\"more\":1}]"})
    void what_cannot_be_meant_is_refused(String exclude) {
        assertThatThrownBy(() -> apply(exclude)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nothing_excluded_is_nothing_done() {
        assertThat(Exclusions.NONE.isEmpty()).isTrue();
        assertThat(Exclusions.of(List.of(Map.of("fields", List.of("/x")))).isEmpty()).isFalse();
    }
}
