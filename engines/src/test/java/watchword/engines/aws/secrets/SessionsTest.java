package watchword.engines.aws.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sessions of STS, and how AWS is asked when it is busy, away, or goes by another clock. */
class SessionsTest {
    private static final String TRAINER = "arn:aws:iam::123456789012:role/trainer";

    private final World it = new World();

    @AfterEach
    void close() {
        it.close();
    }

    private Map<String, String> asked(String action) {
        return it.cloud.last(action).fields();
    }

    @Test
    void an_assumed_role_is_narrowed_named_and_tagged() {
        it.role("train", "credential_type", "assumed_role", "role_arns", TRAINER, "policy_document", "{\"Statement\":[]}", "policy_arns", "arn:aws:iam::aws:policy/A", "session_tags", Map.of("team", "ml"), "external_id", "x-1");
        var issued = it.read("aws/sts/train");
        assertThat(issued.part("data").members()).containsEntry("access_key", "ASIA1").containsEntry("secret_key", "session-secret").containsEntry("security_token", "token").containsEntry("session_token", "token")
                .containsEntry("ttl", 3600L);
        assertThat(issued.text("data", "arn")).startsWith("arn:aws:sts::123456789012:assumed-role/x/vault-root-train-");
        assertThat(issued.at("lease_duration")).isEqualTo(3600L);
        assertThat(issued.at("renewable")).isEqualTo(false);
        assertThat(asked("AssumeRole")).containsEntry("RoleArn", TRAINER).containsEntry("Policy", "{\"Statement\":[]}").containsEntry("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/A")
                .containsEntry("Tags.member.1.Key", "team").containsEntry("Tags.member.1.Value", "ml").containsEntry("ExternalId", "x-1").containsEntry("DurationSeconds", "3600");
        assertThat(it.cloud.last("AssumeRole").ask().to()).hasToString("https://sts.test/");
        it.revoke(issued);
        assertThat(it.cloud.asked).as("STS has nothing to revoke").hasSize(1);
    }

    @Test
    void its_length_is_within_the_roles_bounds_and_its_name_may_be_chosen() {
        it.role("train", "credential_type", "assumed_role", "role_arns", TRAINER, "default_sts_ttl", "20m", "max_sts_ttl", "30m");
        assertThat(it.read("aws/sts/train").at("lease_duration")).isEqualTo(1200L);
        assertThat(it.write("aws/sts/train", Map.of("ttl", "2h", "role_session_name", "dag/task run")).at("lease_duration")).isEqualTo(1800L);
        assertThat(asked("AssumeRole")).containsEntry("RoleSessionName", "dag_task_run").containsEntry("DurationSeconds", "1800");
        assertThat(it.write("aws/creds/train", Map.of("ttl", "15m")).at("lease_duration")).isEqualTo(900L);
        assertThat(it.write("aws/sts/train", Map.of("role_session_name", "x".repeat(65))).status()).isEqualTo(400);
    }

    @Test
    void only_a_role_that_is_allowed_is_assumed() {
        it.role("two", "credential_type", "assumed_role", "role_arns", List.of(TRAINER, TRAINER + "-2"));
        assertThat(it.read("aws/sts/two").error()).isEqualTo("did not supply a role_arn parameter and unable to determine one");
        assertThat(it.write("aws/sts/two", Map.of("role_arn", TRAINER + "-3")).error()).isEqualTo("role_arn \"" + TRAINER + "-3\" not in allowed role arns for Vault role \"two\"");
        assertThat(it.cloud.asked).isEmpty();
        assertThat(it.write("aws/sts/two", Map.of("role_arn", TRAINER + "-2")).status()).isEqualTo(200);
        assertThat(asked("AssumeRole")).containsEntry("RoleArn", TRAINER + "-2");
    }

    @Test
    void a_federated_session_without_a_policy_would_be_the_mounts_own_user_and_is_refused() {
        it.role("open", "credential_type", "federation_token");
        assertThat(it.read("aws/sts/open").error()).isEqualTo("must specify at least one of policy_arns or policy_document with federation_token credential_type");
        it.role("narrow", "credential_type", "federation_token", "policy_document", "{\"Statement\":[]}");
        assertThat(it.read("aws/sts/narrow").part("data").members()).containsEntry("security_token", "token").doesNotContainKey("arn");
        assertThat(asked("GetFederationToken").get("Name")).startsWith("vault-").hasSizeLessThanOrEqualTo(32);
    }

    @Test
    void policies_of_groups_narrow_a_session_and_a_group_without_any_is_refused() {
        it.role("grouped", "credential_type", "assumed_role", "role_arns", TRAINER, "iam_groups", "readers", "policy_document", "{\"Statement\":{\"Sid\":\"own\"}}");
        it.cloud.groupPolicies.put("p", "{\"Statement\":[{\"Sid\":\"of-group\"}]}");
        it.read("aws/sts/grouped");
        assertThat(asked("AssumeRole")).containsEntry("Policy", "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"of-group\"},{\"Sid\":\"own\"}]}");
        it.cloud.groupPolicies.clear();
        it.role("bare", "credential_type", "assumed_role", "role_arns", TRAINER, "iam_groups", "readers");
        assertThat(it.read("aws/sts/bare").error()).contains("narrowed by nothing");
    }

    @Test
    void a_session_of_the_own_user_needs_the_code_of_its_device() {
        it.role("own", "credential_type", "session_token", "mfa_serial_number", "arn:aws:iam::123456789012:mfa/root");
        assertThat(it.read("aws/sts/own").error()).contains("mfa_code");
        assertThat(it.write("aws/sts/own", Map.of("mfa_code", "123456")).text("data", "security_token")).isEqualTo("token");
        assertThat(asked("GetSessionToken")).containsEntry("SerialNumber", "arn:aws:iam::123456789012:mfa/root").containsEntry("TokenCode", "123456");
    }

    @Test
    void without_keys_it_is_said_what_to_set() {
        it.write("sys/mounts/bare", Map.of("type", "aws"));
        it.write("bare/roles/own", Map.of("credential_type", "session_token"));
        assertThat(it.read("bare/sts/own").error()).contains("set access_key and secret_key in config/root");
    }

    @Test
    void throttling_is_waited_out_with_growing_pauses_and_then_told() {
        it.role("own", "credential_type", "session_token");
        var left = new ArrayList<>(List.of("Throttling", "RequestLimitExceeded"));
        it.cloud.before = _ -> left.isEmpty() ? Optional.empty() : Optional.of(PretendedCloud.error(400, left.removeFirst()));
        assertThat(it.read("aws/sts/own").status()).isEqualTo(200);
        assertThat(it.pauses).hasSize(2).isSorted();
        it.cloud.before = _ -> Optional.of(PretendedCloud.error(400, "Throttling"));
        assertThat(it.read("aws/sts/own").error()).isEqualTo("Error generating STS keys: AWS answered Throttling, status 400");
        assertThat(it.pauses).as("three times by default").hasSize(5);
    }

    @Test
    void what_would_make_another_is_not_repeated_after_a_fault() {
        it.role("deploy", "credential_type", "iam_user", "policy_document", "{}");
        it.cloud.before = action -> action.equals("CreateUser") ? Optional.of(PretendedCloud.error(500, "ServiceFailure")) : Optional.empty();
        it.read("aws/creds/deploy");
        assertThat(it.cloud.actions().stream().filter("CreateUser"::equals)).hasSize(1);
    }

    @Test
    void another_clock_is_gone_by_once_aws_says_so() {
        it.role("own", "credential_type", "session_token");
        it.cloud.aheadSeconds = 3600;
        var issued = it.read("aws/sts/own");
        assertThat(issued.status()).isEqualTo(200);
        assertThat(issued.at("lease_duration")).as("never longer than was asked").isEqualTo(3600L);
        assertThat(it.cloud.asked).hasSize(2);
    }

    @Test
    void another_region_is_asked_when_sts_cannot_be_reached() {
        it.write("aws/config/root", Map.of("iam_endpoint", "https://iam.test", "sts_endpoint", "https://sts.test", "sts_fallback_endpoints", "https://other.test", "sts_fallback_regions", "eu-west-1"));
        it.role("own", "credential_type", "session_token");
        var places = new ArrayList<String>();
        it.cloud.before = _ -> {
            var asked = it.cloud.asked.getLast().ask();
            places.add(asked.to().getHost());
            if (asked.to().getHost().equals("sts.test")) throw PretendedCloud.unreachable();
            assertThat(asked.headers().get("Authorization")).contains("/eu-west-1/sts/");
            return Optional.empty();
        };
        assertThat(it.read("aws/sts/own").status()).isEqualTo(200);
        assertThat(places).containsExactly("sts.test", "other.test");
        it.cloud.before = _ -> {
            throw PretendedCloud.unreachable();
        };
        assertThat(it.read("aws/sts/own").error()).isEqualTo("AWS could not be asked: the server's log says why");
    }

    @Test
    void an_answer_that_is_none_of_aws_is_told() {
        it.role("own", "credential_type", "session_token");
        it.cloud.before = _ -> Optional.of(new watchword.sdk.Outbound.Answer(200, Map.of(), "<html>".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        assertThat(it.read("aws/sts/own").status()).isEqualTo(502);
    }
}
