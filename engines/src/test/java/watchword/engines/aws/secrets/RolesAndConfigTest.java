package watchword.engines.aws.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import watchword.sdk.Problem;

/** What is written is read back as the field's clients compare it, secrets never. */
class RolesAndConfigTest {
    private final World it = new World();

    @AfterEach
    void close() {
        it.close();
    }

    private Map<String, Object> data(String path) {
        return it.read(path).part("data").members();
    }

    @Test
    void the_configuration_is_read_back_without_its_secret() {
        it.write("aws/config/root", Map.of("access_key", "AKIAOTHER", "secret_key", "hidden-secret", "region", "eu-central-1", "sts_endpoint", "https://sts.test", "sts_region", "eu-west-1", "max_retries", 5,
                "sts_fallback_endpoints", List.of("https://other.test"), "sts_fallback_regions", List.of("us-east-1")));
        assertThat(data("aws/config/root")).containsEntry("access_key", "AKIAOTHER").containsEntry("region", "eu-central-1").containsEntry("sts_endpoint", "https://sts.test").containsEntry("iam_endpoint", "")
                .containsEntry("sts_region", "eu-west-1").containsEntry("max_retries", 5L).containsEntry("sts_fallback_endpoints", List.of("https://other.test")).containsEntry("sts_fallback_regions", List.of("us-east-1"))
                .containsEntry("username_template", Names.USUAL).containsEntry("role_arn", "").containsEntry("identity_token_ttl", 3600L).doesNotContainKey("secret_key");
        assertThat(String.valueOf(it.read("aws/config/root").body())).doesNotContain("hidden-secret");
    }

    @Test
    void the_keys_stay_when_a_write_does_not_send_them() {
        it.write("aws/config/root", Map.of("region", "eu-central-1"));
        assertThat(data("aws/config/root")).containsEntry("access_key", PretendedCloud.ROOT_KEY).containsEntry("region", "eu-central-1").containsEntry("sts_endpoint", "").containsEntry("max_retries", -1L);
    }

    @Test
    void a_configuration_that_cannot_be_used_is_refused() {
        assertThat(it.write("aws/config/root", Map.of("iam_endpoint", "https://iam.test/path")).error()).contains("iam_endpoint");
        assertThat(it.write("aws/config/root", Map.of("region", "nowhere.test/")).error()).contains("region");
        assertThat(it.write("aws/config/root", Map.of("sts_fallback_endpoints", List.of("https://other.test"))).error()).contains("same number");
        assertThat(it.write("aws/config/root", Map.of("username_template", "{{ .Nobody }}")).error()).contains("invalid username template");
        assertThat(it.write("aws/config/root", Map.of("identity_token_audience", "x", "role_arn", "y", "access_key", "AKIAOTHER")).error()).isEqualTo("only one of 'access_key' or 'identity_token_audience' can be set");
        assertThat(it.write("aws/config/root", Map.of("identity_token_audience", "x")).error()).isEqualTo("missing required 'role_arn' when 'identity_token_audience' is set");
        assertThat(data("aws/config/root")).containsEntry("iam_endpoint", "https://iam.test");
    }

    @Test
    void the_lease_is_read_as_the_field_writes_durations() {
        assertThat(it.read("aws/config/lease").status()).isEqualTo(404);
        assertThat(it.write("aws/config/lease", Map.of("lease_max", "2h")).error()).isEqualTo("'lease' is a required parameter");
        assertThat(it.write("aws/config/lease", Map.of("lease", "1h")).error()).isEqualTo("'lease_max' is a required parameter");
        it.write("aws/config/lease", Map.of("lease", "30m", "lease_max", "12h"));
        assertThat(data("aws/config/lease")).containsExactlyInAnyOrderEntriesOf(Map.of("lease", "30m0s", "lease_max", "12h0m0s"));
    }

    @Test
    void a_role_is_read_back_and_what_was_never_given_is_null() {
        it.role("deploy", "credential_type", "iam_user", "policy_document", "{ \"Version\": \"2012-10-17\",\n \"Statement\": [] }", "policy_arns", "arn:aws:iam::aws:policy/ReadOnlyAccess", "iam_tags", Map.of("team", "ml"));
        var read = data("aws/roles/deploy");
        assertThat(read).containsEntry("credential_type", "iam_user").containsEntry("policy_document", "{\"Version\":\"2012-10-17\",\"Statement\":[]}")
                .containsEntry("policy_arns", List.of("arn:aws:iam::aws:policy/ReadOnlyAccess")).containsEntry("iam_tags", Map.of("team", "ml")).containsEntry("default_sts_ttl", 0L).containsEntry("max_sts_ttl", 0L)
                .containsEntry("user_path", "").containsEntry("permissions_boundary_arn", "").containsEntry("external_id", "").containsEntry("mfa_serial_number", "");
        for (var never : List.of("role_arns", "iam_groups", "session_tags")) assertThat(read).containsKey(never).containsEntry(never, null);
        it.role("deploy", "policy_arns", List.of(), "user_path", "/ml/");
        assertThat(data("aws/roles/deploy")).containsEntry("policy_arns", List.of()).containsEntry("user_path", "/ml/").containsEntry("credential_type", "iam_user");
        assertThat(it.server.asRoot("LIST", "/v1/aws/roles", Map.of()).part("data").texts("keys")).containsExactly("deploy");
        it.delete("aws/roles/deploy");
        assertThat(it.read("aws/roles/deploy").status()).isEqualTo(404);
    }

    private String refused(Map<String, Object> role) {
        var received = it.write("aws/roles/x", role);
        assertThat(received.status()).isEqualTo(400);
        return received.error();
    }

    @Test
    void all_that_is_wrong_with_a_role_is_told_at_once() {
        assertThat(refused(Map.of())).isEqualTo("error(s) validating supplied role data: \"1 error occurred:\\n\\t* did not supply credential_type\\n\\n\"");
        assertThat(refused(Map.of("credential_type", "iam_user", "role_arns", "arn:aws:iam::123456789012:role/x", "default_sts_ttl", "1h")))
                .contains("2 errors occurred:").contains("default_sts_ttl parameter only valid for").contains("cannot supply role_arns when credential_type isn't assumed_role");
        assertThat(refused(Map.of("credential_type", "assumed_role", "user_path", "/x/", "permissions_boundary_arn", "arn:aws:iam::aws:policy/X")))
                .contains("user_path parameter only valid for iam_user credential type").contains("cannot supply permissions_boundary_arn when credential_type isn't iam_user");
        assertThat(refused(Map.of("credential_type", "federation_token", "default_sts_ttl", "2h", "max_sts_ttl", "1h"))).contains("must be less than or equal to");
        assertThat(refused(Map.of("credential_type", "root"))).contains("unrecognized credential type");
        assertThat(refused(Map.of("credential_type", "iam_user", "policy_document", "{no json"))).contains("cannot parse policy document").doesNotContain("no json\"");
        assertThat(refused(Map.of("credential_type", "iam_user", "policy_document", "{\"x\":\"" + "y".repeat(11_000) + "\"}"))).contains("more than 10240 characters");
        assertThat(refused(Map.of("credential_type", "iam_user", "iam_tags", Map.of(Users.MARK, "forged")))).contains("this server's own");
        assertThat(it.write("aws/roles/no name", Map.of("credential_type", "iam_user")).status()).isEqualTo(404);
    }

    @Test
    void the_older_form_of_a_role_means_what_it_meant() {
        assertThat(it.write("aws/roles/a", Map.of("arn", "arn:aws:iam::123456789012:role/x")).text("warnings")).contains("legacy role or policy");
        assertThat(data("aws/roles/a")).containsEntry("credential_type", "assumed_role").containsEntry("role_arns", List.of("arn:aws:iam::123456789012:role/x"));
        it.write("aws/roles/b", Map.of("arn", "arn:aws:iam::aws:policy/X"));
        assertThat(data("aws/roles/b")).containsEntry("credential_type", "iam_user").containsEntry("policy_arns", List.of("arn:aws:iam::aws:policy/X"));
        it.write("aws/roles/c", Map.of("policy", "{\"Statement\":[]}"));
        assertThat(data("aws/roles/c")).containsEntry("credential_type", "iam_user,federation_token").containsEntry("policy_document", "{\"Statement\":[]}");
        assertThat(it.read("aws/sts/b").error()).isEqualTo("attempted to retrieve iam_user credentials through the sts path; this is not allowed for legacy roles");
        assertThat(it.read("aws/creds/a").error()).isEqualTo("attempted to retrieve assumed_role credentials through the creds path; this is not allowed for legacy roles");
        assertThat(it.read("aws/sts/c").status()).isEqualTo(200);
        assertThat(it.read("aws/creds/c").part("data").text("access_key")).startsWith("AKIAMADE");
        assertThat(refused(Map.of("arn", "arn:aws:iam::123456789012:role/x", "credential_type", "assumed_role"))).isEqualTo("cannot supply deprecated role or policy parameters with an explicit credential_type");
        assertThat(refused(Map.of("arn", "arn:aws:s3:::bucket"))).contains("unable to parse supplied data");
    }

    /** Number 57 of the vulnerability list. */
    @Test
    void who_may_read_roles_gets_no_credentials_by_any_spelling() {
        it.role("deploy", "credential_type", "iam_user", "policy_document", "{}");
        var reader = it.server.tokenFor("path \"aws/roles/*\" { capabilities = [\"read\", \"list\", \"update\", \"create\"] }");
        assertThat(it.server.ask(reader, "GET", "/v1/aws/roles/deploy", Map.of()).status()).isEqualTo(200);
        for (var path : List.of("aws/creds/deploy", "aws/sts/deploy", "aws/roles/../creds/deploy", "aws/roles//../creds/deploy", "aws/roles/deploy/creds", "aws/roles/deploy/../../creds/deploy", "aws/static-creds/deploy", "aws/config/root")) {
            for (var method : List.of("GET", "POST")) {
                assertThat(status(reader, method, path)).as(method + " " + path).isIn(400, 403, 404, 405);
            }
        }
        assertThat(it.cloud.asked).isEmpty();
    }

    private int status(String token, String method, String path) {
        try {
            return it.server.ask(token, method, "/v1/" + path, Map.of()).status();
        } catch (Problem.ProblemException noPath) {
            assertThat(noPath.problem()).isInstanceOf(Problem.Invalid.class);
            return 400;
        }
    }
}
