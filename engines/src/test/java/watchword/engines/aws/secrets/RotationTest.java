package watchword.engines.aws.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.engines.FaultyOutbound.Died;

/** Keys of users that exist, the mount's own among them: a new one is known to work before the old one goes, and none is lost. */
class RotationTest {
    private final World it = new World();

    @BeforeEach
    void given_a_user() {
        it.cloud.user("app");
    }

    @AfterEach
    void close() {
        it.close();
    }

    private List<String> keys(String user) {
        return List.copyOf(it.cloud.user(user).keys.keySet());
    }

    private String current() {
        return it.read("aws/static-creds/app").text("data", "access_key");
    }

    private void adopt() {
        var written = it.write("aws/static-roles/app", Map.of("username", "app", "rotation_period", "1h"));
        assertThat(written.part("data").members()).containsExactlyInAnyOrderEntriesOf(Map.of("name", "app", "username", "app", "id", it.cloud.user("app").id, "rotation_period", 3600L));
    }

    private void anHourLater() {
        it.server.clock().advance(Duration.ofHours(1).plusSeconds(1));
        it.server.runDue();
    }

    @Test
    void a_static_role_has_a_key_at_once_and_another_after_each_period() {
        adopt();
        var first = current();
        assertThat(keys("app")).containsExactly(first);
        assertThat(it.read("aws/static-creds/app").text("data", "secret_key")).isEqualTo("secret-of-" + first);
        anHourLater();
        var second = current();
        assertThat(second).isNotEqualTo(first);
        assertThat(keys("app")).as("the one before works until the next").containsExactly(first, second);
        anHourLater();
        assertThat(keys("app")).containsExactly(second, current()).doesNotContain(first);
        assertThat(it.server.asRoot("LIST", "/v1/aws/static-roles", Map.of()).part("data").texts("keys")).containsExactly("app");
    }

    @Test
    void its_period_can_be_changed_but_not_its_user() {
        adopt();
        var key = current();
        assertThat(it.write("aws/static-roles/app", Map.of("rotation_period", "3h")).part("data").members()).containsEntry("rotation_period", 10800L);
        assertThat(current()).isEqualTo(key);
        anHourLater();
        assertThat(current()).isEqualTo(key);
        it.server.clock().advance(Duration.ofHours(2));
        it.server.runDue();
        assertThat(current()).isNotEqualTo(key);
        assertThat(it.write("aws/static-roles/app", Map.of("username", "root")).status()).isEqualTo(400);
        assertThat(it.write("aws/static-roles/other", Map.of("username", "app", "rotation_period", "59s")).error()).isEqualTo("role rotation period out of range: must be greater than 60.00 seconds");
        assertThat(it.write("aws/static-roles/other", Map.of("rotation_period", "1h")).error()).isEqualTo("missing \"username\" parameter");
        assertThat(it.write("aws/static-roles/other", Map.of("username", "app")).error()).isEqualTo("missing \"rotation_period\" parameter");
        assertThat(it.write("aws/static-roles/other", Map.of("username", "nobody", "rotation_period", "1h")).error()).contains("NoSuchEntity");
        assertThat(it.read("aws/static-roles/other").status()).isEqualTo(404);
    }

    @Test
    void deleting_it_deletes_the_keys_that_were_made() {
        it.cloud.user("app").keys.put("AKIAHUMAN", it.server.clock().instant());
        adopt();
        it.delete("aws/static-roles/app");
        assertThat(keys("app")).containsExactly("AKIAHUMAN");
        assertThat(it.read("aws/static-creds/app").status()).isEqualTo(404);
        anHourLater();
        assertThat(keys("app")).containsExactly("AKIAHUMAN");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ListAccessKeys", "DeleteAccessKey", "CreateAccessKey", "GetCallerIdentity"})
    void no_key_is_lost_when_the_server_dies_while_it_rotates(String step) {
        adopt();
        anHourLater();
        var before = current();
        it.cloud.after = action -> {
            if (action.equals(step)) throw new Died();
        };
        anHourLater();
        it.cloud.after = _ -> {};
        assertThat(current()).as("the old one is in force").isEqualTo(before);
        it.later();
        assertThat(current()).isNotEqualTo(before);
        assertThat(keys("app")).containsExactlyInAnyOrder(before, current());
    }

    @ParameterizedTest
    @ValueSource(strings = {"CreateAccessKey", "GetCallerIdentity"})
    void the_first_key_is_not_lost_either_nor_is_one_that_was_there(String step) {
        it.cloud.user("app").keys.put("AKIAHUMAN", it.server.clock().instant().minus(Duration.ofDays(1)));
        it.cloud.after = action -> {
            if (action.equals(step)) throw new Died();
        };
        assertThatThrownBy(this::adopt).isInstanceOf(Died.class);
        assertThat(keys("app")).hasSize(2);
        it.cloud.after = _ -> {};
        it.later();
        assertThat(keys("app")).containsExactlyInAnyOrder("AKIAHUMAN", current());
    }

    @Test
    void a_key_that_was_lost_goes_with_its_role() {
        adopt();
        it.cloud.after = action -> {
            if (action.equals("CreateAccessKey")) throw new Died();
        };
        anHourLater();
        it.cloud.after = _ -> {};
        assertThat(keys("app")).hasSize(2);
        assertThat(it.delete("aws/static-roles/app").status()).isEqualTo(204);
        assertThat(keys("app")).isEmpty();
    }

    @Test
    void a_first_key_that_was_made_and_could_not_be_tried_is_deleted() {
        it.cloud.before = action -> {
            if (action.equals("GetCallerIdentity")) throw PretendedCloud.unreachable();
            return Optional.empty();
        };
        assertThat(it.write("aws/static-roles/app", Map.of("username", "app", "rotation_period", "1h")).status()).isEqualTo(502);
        assertThat(keys("app")).isEmpty();
        assertThat(it.read("aws/static-roles/app").status()).isEqualTo(404);
        it.cloud.before = _ -> Optional.empty();
        adopt();
    }

    @Test
    void a_user_has_one_role_and_the_key_that_asks_is_never_taken_for_anothers() {
        adopt();
        assertThat(it.write("aws/static-roles/twin", Map.of("username", "app", "rotation_period", "1h")).error()).isEqualTo("username: is that of another static role");
        it.delete("aws/static-roles/app");
        assertThat(it.write("aws/static-roles/twin", Map.of("username", "app", "rotation_period", "1h")).status()).isEqualTo(200);
        it.write("aws/static-roles/itself", Map.of("username", "root", "rotation_period", "1h"));
        anHourLater();
        anHourLater();
        assertThat(keys("root")).contains(PretendedCloud.ROOT_KEY);
    }

    @Test
    void what_cannot_be_deleted_at_aws_is_not_forgotten() {
        adopt();
        it.cloud.before = action -> action.equals("DeleteAccessKey") ? Optional.of(PretendedCloud.error(403, "AccessDenied")) : Optional.empty();
        assertThat(it.delete("aws/static-roles/app").status()).isEqualTo(502);
        assertThat(it.read("aws/static-creds/app").status()).isEqualTo(200);
    }

    @Test
    void a_role_that_gets_no_first_key_has_never_been() {
        it.cloud.before = action -> action.equals("CreateAccessKey") ? Optional.of(PretendedCloud.error(403, "AccessDenied")) : Optional.empty();
        assertThat(it.write("aws/static-roles/app", Map.of("username", "app", "rotation_period", "1h")).error()).isEqualTo("Error creating access keys: AWS answered AccessDenied, status 403");
        assertThat(it.read("aws/static-roles/app").status()).isEqualTo(404);
        it.cloud.before = _ -> Optional.empty();
        it.later();
        assertThat(keys("app")).isEmpty();
    }

    @Test
    void a_key_that_aws_does_not_take_is_deleted_and_the_old_one_stays_in_force() {
        adopt();
        var before = current();
        it.cloud.takesNewKeys = false;
        anHourLater();
        assertThat(current()).isEqualTo(before);
        assertThat(keys("app")).containsExactly(before);
        it.cloud.takesNewKeys = true;
        it.later();
        assertThat(current()).isNotEqualTo(before);
    }

    @Test
    void another_user_of_the_same_name_is_not_touched() {
        adopt();
        it.cloud.users.remove("app");
        it.cloud.user("app");
        anHourLater();
        assertThat(keys("app")).isEmpty();
    }

    private String root() {
        return it.read("aws/config/root").text("data", "access_key");
    }

    @Test
    void the_mounts_own_key_is_replaced_and_the_old_one_deleted_by_the_new() {
        var rotated = it.write("aws/config/rotate-root", Map.of());
        assertThat(rotated.text("data", "access_key")).startsWith("AKIAMADE").isEqualTo(root());
        assertThat(keys("root")).containsExactly(root());
        assertThat(it.cloud.last("DeleteAccessKey").ask().headers().get("Authorization")).contains(root());
        it.role("own", "credential_type", "session_token");
        assertThat(it.read("aws/sts/own").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GetUser", "ListAccessKeys", "CreateAccessKey", "GetCallerIdentity", "DeleteAccessKey"})
    void a_server_that_dies_while_it_rotates_its_own_key_can_still_ask_and_leaves_none_behind(String step) {
        it.cloud.after = action -> {
            if (action.equals(step)) throw new Died();
        };
        assertThatThrownBy(() -> it.write("aws/config/rotate-root", Map.of())).isInstanceOf(Died.class);
        it.cloud.after = _ -> {};
        it.role("own", "credential_type", "session_token");
        assertThat(it.read("aws/sts/own").status()).isEqualTo(200);
        it.server.clock().advance(Duration.ofMinutes(3));
        assertThat(it.write("aws/config/rotate-root", Map.of()).status()).isEqualTo(200);
        assertThat(keys("root")).containsExactly(root());
    }

    @Test
    void a_key_of_the_mounts_user_that_somebody_else_made_is_left_alone() {
        it.cloud.user("root").keys.put("AKIAHUMAN", it.server.clock().instant());
        assertThat(it.write("aws/config/rotate-root", Map.of()).error()).contains("LimitExceeded");
        assertThat(keys("root")).containsExactly(PretendedCloud.ROOT_KEY, "AKIAHUMAN");
        assertThat(root()).isEqualTo(PretendedCloud.ROOT_KEY);
    }

    @Test
    void the_mounts_own_key_is_rotated_by_its_schedule() {
        it.write("aws/config/root", Map.of("iam_endpoint", "https://iam.test", "sts_endpoint", "https://sts.test", "rotation_period", "1h"));
        assertThat(it.read("aws/config/root").part("data").members()).containsEntry("rotation_period", 3600L).containsEntry("rotation_schedule", "").containsEntry("rotation_window", 0L)
                .containsEntry("disable_automated_rotation", false);
        it.server.runDue();
        assertThat(root()).isEqualTo(PretendedCloud.ROOT_KEY);
        anHourLater();
        assertThat(root()).startsWith("AKIAMADE");
        assertThat(keys("root")).containsExactly(root());
    }

    @Test
    void without_a_key_there_is_nothing_to_rotate() {
        it.write("sys/mounts/bare", Map.of("type", "aws"));
        assertThat(it.write("bare/config/rotate-root", Map.of()).error()).isEqualTo("Cannot call config/rotate-root when either access_key or secret_key is empty");
    }
}
