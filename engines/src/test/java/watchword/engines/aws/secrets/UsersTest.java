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

/** A user that is made for a lease: there while it lasts, and whatever fails, nothing of it is left. */
class UsersTest {
    private final World it = new World();

    @BeforeEach
    void given_a_role() {
        it.role("deploy", "credential_type", "iam_user", "policy_document", "{\"Statement\":[]}", "policy_arns", "arn:aws:iam::aws:policy/A,arn:aws:iam::aws:policy/B", "iam_groups", "one,two", "iam_tags", Map.of("team", "ml"),
                "user_path", "/ml/", "permissions_boundary_arn", "arn:aws:iam::aws:policy/Bound");
        it.write("aws/config/lease", Map.of("lease", "10m", "lease_max", "1h"));
    }

    @AfterEach
    void close() {
        it.close();
    }

    private Map.Entry<String, PretendedCloud.User> madeUser() {
        return it.cloud.users.entrySet().stream().filter(user -> !user.getKey().equals("root")).findFirst().orElseThrow();
    }

    @Test
    void it_has_what_its_role_says_and_a_key_and_ends_with_its_lease() {
        var issued = it.read("aws/creds/deploy");
        assertThat(issued.part("data").members()).containsEntry("access_key", madeUser().getValue().keys.keySet().iterator().next()).containsEntry("security_token", null).containsEntry("session_token", null).doesNotContainKeys("arn", "ttl");
        assertThat(issued.text("data", "secret_key")).startsWith("secret-of-");
        assertThat(issued.at("lease_duration")).isEqualTo(600L);
        assertThat(issued.at("renewable")).isEqualTo(true);
        assertThat(madeUser().getKey()).startsWith("vault-root-deploy-").hasSizeLessThanOrEqualTo(64);
        var user = madeUser().getValue();
        assertThat(user.attached).containsExactly("arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/B");
        assertThat(user.inline).containsExactlyEntriesOf(Map.of("deploy", "{\"Statement\":[]}"));
        assertThat(user.groups).containsExactly("one", "two");
        assertThat(user.tags).containsEntry("team", "ml").containsKey(Users.MARK);
        assertThat(it.cloud.last("CreateUser").fields()).containsEntry("Path", "/ml/").containsEntry("PermissionsBoundary", "arn:aws:iam::aws:policy/Bound");

        it.revoke(issued);
        assertThat(it.cloud.users).containsOnlyKeys("root");
        assertThat(it.cloud.actions().indexOf("DeleteAccessKey")).as("its key goes first").isLessThan(it.cloud.actions().indexOf("DetachUserPolicy"));
    }

    private void requireNothingLeft() {
        it.later();
        assertThat(it.cloud.users).containsOnlyKeys("root");
        assertThat(it.server.asRoot("LIST", "/v1/sys/leases/lookup/aws/creds/deploy", Map.of()).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CreateUser", "AttachUserPolicy", "PutUserPolicy", "AddUserToGroup", "CreateAccessKey"})
    void nothing_is_left_when_a_step_is_refused(String step) {
        it.cloud.before = action -> action.equals(step) ? Optional.of(PretendedCloud.error(403, "AccessDenied")) : Optional.empty();
        var refused = it.read("aws/creds/deploy");
        assertThat(refused.status()).isEqualTo(502);
        assertThat(refused.error()).contains("AWS answered AccessDenied, status 403").doesNotContain("what only operators may know");
        requireNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"CreateUser", "AttachUserPolicy", "PutUserPolicy", "AddUserToGroup", "CreateAccessKey"})
    void nothing_is_left_when_the_server_dies_after_a_step(String step) {
        it.cloud.after = action -> {
            if (action.equals(step)) throw new Died();
        };
        assertThatThrownBy(() -> it.read("aws/creds/deploy")).isInstanceOf(Died.class);
        assertThat(it.cloud.users).hasSize(2);
        it.cloud.after = _ -> {};
        it.server.clock().advance(Duration.ofMinutes(3));
        requireNothingLeft();
    }

    /** Number 88 of the vulnerability list: what could not be ended is not called ended. */
    @ParameterizedTest
    @ValueSource(strings = {"DeleteAccessKey", "DetachUserPolicy", "DeleteUserPolicy", "RemoveUserFromGroup", "DeleteUser"})
    void a_revocation_that_is_cut_off_is_finished_later(String step) {
        var issued = it.read("aws/creds/deploy");
        it.cloud.before = action -> action.equals(step) ? Optional.of(PretendedCloud.error(500, "ServiceFailure")) : Optional.empty();
        it.revoke(issued);
        assertThat(it.cloud.users).hasSize(2);
        assertThat(it.write("sys/leases/lookup", Map.of("lease_id", issued.text("lease_id"))).status()).as("the lease is there still").isEqualTo(200);
        it.cloud.before = _ -> Optional.empty();
        requireNothingLeft();
    }

    @Test
    void what_somebody_else_deleted_already_is_as_good() {
        var issued = it.read("aws/creds/deploy");
        it.cloud.users.remove(madeUser().getKey());
        it.server.clock().advance(Users.SETTLED);
        it.revoke(issued);
        assertThat(it.server.asRoot("LIST", "/v1/sys/leases/lookup/aws/creds/deploy", Map.of()).status()).isEqualTo(404);
    }

    @Test
    void a_user_that_iam_does_not_show_yet_is_looked_for_again() {
        var issued = it.read("aws/creds/deploy");
        it.cloud.before = action -> action.equals("GetUser") ? Optional.of(PretendedCloud.error(404, "NoSuchEntity")) : Optional.empty();
        it.revoke(issued);
        assertThat(it.cloud.users).hasSize(2);
        it.cloud.before = _ -> Optional.empty();
        requireNothingLeft();
    }

    @Test
    void a_user_of_the_same_name_that_is_somebody_elses_is_left_alone() {
        it.write("aws/config/root", Map.of("iam_endpoint", "https://iam.test", "sts_endpoint", "https://sts.test", "username_template", "operator"));
        it.cloud.user("operator").keys.put("AKIAHUMAN", it.server.clock().instant());
        assertThat(it.read("aws/creds/deploy").error()).isEqualTo("Error creating IAM user: AWS answered EntityAlreadyExists, status 409");
        it.later();
        assertThat(it.cloud.user("operator").keys).containsOnlyKeys("AKIAHUMAN");
    }

    /** Number 65 of the vulnerability list. */
    @Test
    void a_lease_of_a_role_with_an_odd_name_ends_like_any_other() {
        it.role("a.b@c-d_e", "credential_type", "iam_user", "policy_document", "{}");
        var issued = it.read("aws/creds/a.b@c-d_e");
        assertThat(madeUser().getValue().inline).containsOnlyKeys("a.b@c-d_e");
        assertThat(it.write("sys/leases/renew", Map.of("lease_id", issued.text("lease_id"))).status()).isEqualTo(200);
        it.revoke(issued);
        assertThat(it.cloud.users).containsOnlyKeys("root");
    }

    @Test
    void a_role_that_is_not_there_makes_nothing() {
        assertThat(it.read("aws/creds/nothing").error()).isEqualTo("Role \"nothing\" not found");
        assertThat(it.cloud.asked).isEmpty();
    }

    @Test
    void names_follow_the_template_within_iams_bounds() {
        it.write("aws/config/root", Map.of("iam_endpoint", "https://iam.test", "sts_endpoint", "https://sts.test", "username_template", "job-{{ .PolicyName | uppercase }}-{{ random 8 }}"));
        it.read("aws/creds/deploy");
        assertThat(madeUser().getKey()).matches("job-DEPLOY-[A-Za-z0-9]{8}");
        it.write("aws/config/root", Map.of("iam_endpoint", "https://iam.test", "sts_endpoint", "https://sts.test", "username_template", "{{ random 65 }}"));
        assertThat(it.read("aws/creds/deploy").error()).isEqualTo("the username generated by the template exceeds the IAM username length limits of 64 chars");
        assertThat(List.copyOf(it.cloud.users.keySet())).hasSize(2);
    }
}
