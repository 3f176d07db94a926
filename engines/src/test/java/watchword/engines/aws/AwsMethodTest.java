package watchword.engines.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.json.Json;
import watchword.core.mount.EngineCatalog;
import watchword.engines.ServerPlayer;
import watchword.sdk.Outbound;

/** Logins by a signed question to AWS: numbers 49, 51, 52, 54 and 56 of the vulnerability list; each refusal beside its legitimate twin. */
class AwsMethodTest {
    private static final String URL = "https://sts.amazonaws.com/";
    private static final String BODY = "Action=GetCallerIdentity&Version=2011-06-15";
    private static final String ROLE_ARN = "arn:aws:sts::123456789012:assumed-role/trainer/job-1";

    private final List<Outbound.Ask> asked = new ArrayList<>();
    private Outbound.Answer answer = identity(ROLE_ARN, "123456789012", "AROAEXAMPLEID:job-1");
    private ServerPlayer it = new ServerPlayer(EngineCatalog.builder().build());

    @BeforeEach
    void mount() {
        it.close();
        it = new ServerPlayer(EngineCatalog.builder().auth("aws", (context, mount) -> new AwsMethod(context, ask -> {
            asked.add(ask);
            return answer;
        })).build());
        it.asRoot("POST", "/v1/sys/auth/aws", Map.of("type", "aws"));
        role("trainer", "arn:aws:iam::123456789012:role/trainer");
    }

    @AfterEach
    void close() {
        it.close();
    }

    private static Outbound.Answer identity(String arn, String account, String userId) {
        return xml("<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult><Arn>" + arn + "</Arn><UserId>" + userId + "</UserId><Account>" + account
                + "</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>");
    }

    private static Outbound.Answer xml(String text) {
        return new Outbound.Answer(200, Map.of("content-type", List.of("text/xml")), text.getBytes(StandardCharsets.UTF_8));
    }

    private ServerPlayer.Received role(String name, String arns) {
        return it.asRoot("POST", "/v1/auth/aws/role/" + name, Map.of("auth_type", "iam", "bound_iam_principal_arn", arns, "resolve_aws_unique_ids", false, "token_policies", "trainer"));
    }

    private static Map<String, Object> headers() {
        var headers = new LinkedHashMap<String, Object>();
        headers.put("Host", "sts.amazonaws.com");
        headers.put("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        headers.put("X-Amz-Date", "20300101T000000Z");
        headers.put("User-Agent", "Boto3");
        headers.put("Authorization", signedFor("us-east-1", "content-type;host;x-amz-date"));
        return headers;
    }

    private static String signedFor(String region, String names) {
        return "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20300101/" + region + "/sts/aws4_request, SignedHeaders=" + names + ", Signature=" + "a".repeat(64);
    }

    private static Map<String, Object> with(String name, Object value) {
        var headers = headers();
        headers.put(name, value);
        return headers;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private ServerPlayer.Received login(String url, String body, Map<String, Object> headers) {
        return it.ask("", "POST", "/v1/auth/aws/login", Map.of("role", "trainer", "iam_http_request_method", "POST", "iam_request_url", base64(url), "iam_request_body", base64(body),
                "iam_request_headers", base64(new String(Json.write(headers), StandardCharsets.UTF_8))));
    }

    private ServerPlayer.Received login() {
        return login(URL, BODY, headers());
    }

    @Test
    void a_role_is_read_as_it_was_written_and_lists_beside_others() {
        var data = it.asRoot("GET", "/v1/auth/aws/role/trainer", Map.of()).part("data").members();
        assertThat(data).containsEntry("bound_iam_principal_arn", List.of("arn:aws:iam::123456789012:role/trainer")).containsEntry("resolve_aws_unique_ids", false).containsEntry("auth_type", "iam")
                .containsEntry("bound_iam_principal_id", List.of()).containsEntry("inferred_entity_type", "").containsEntry("token_policies", List.of("trainer"));
        it.asRoot("POST", "/v1/auth/aws/role/trainer", Map.of("token_ttl", "5m"));
        assertThat(it.asRoot("GET", "/v1/auth/aws/role/trainer", Map.of()).part("data").members()).containsEntry("role_id", data.get("role_id")).containsEntry("token_ttl", 300L);
        for (var path : List.of("/v1/auth/aws/role", "/v1/auth/aws/roles")) assertThat(it.asRoot("LIST", path, Map.of()).part("data").texts("keys")).containsExactly("trainer");
    }

    @Test
    void the_client_s_secret_is_never_shown() {
        it.asRoot("POST", "/v1/auth/aws/config/client", Map.of("access_key", "AKIA", "secret_key", "hidden-key", "sts_endpoint", "https://sts.test", "allowed_sts_header_values", "X-Custom"));
        var read = it.asRoot("GET", "/v1/auth/aws/config/client", Map.of());
        assertThat(read.part("data").members()).containsEntry("access_key", "AKIA").containsEntry("sts_endpoint", "https://sts.test").containsEntry("max_retries", -1L).containsEntry("allowed_sts_header_values", List.of("X-Custom"));
        assertThat(String.valueOf(read.body())).doesNotContain("hidden-key");
        assertThat(it.asRoot("DELETE", "/v1/auth/aws/config/client", Map.of()).status()).isEqualTo(204);
        assertThat(it.asRoot("GET", "/v1/auth/aws/config/client", Map.of()).status()).isEqualTo(404);
    }

    @Test
    void what_is_not_there_is_refused_rather_than_passed_over() {
        for (var more : List.of(Map.of("auth_type", "ec2"), Map.of("inferred_entity_type", "ec2_instance"), Map.of("bound_ami_id", "ami-1"), Map.of("role_tag", "x"), Map.of("bound_region", "us-east-1"))) {
            var all = new HashMap<String, Object>(Map.of("bound_iam_principal_arn", "arn:aws:iam::123456789012:role/trainer", "resolve_aws_unique_ids", false));
            all.putAll(more);
            assertThat(it.asRoot("POST", "/v1/auth/aws/role/x", all).error()).as(more.toString()).contains("EC2");
        }
        assertThat(it.asRoot("POST", "/v1/auth/aws/role/x", Map.of("bound_iam_principal_arn", "arn:aws:iam::123456789012:role/trainer")).error()).contains("resolve_aws_unique_ids=false");
    }

    @Test
    void who_has_signed_the_question_logs_in() {
        var auth = login().part("auth");
        assertThat(auth.members()).containsEntry("token_policies", List.of("default", "trainer"));
        assertThat(auth.at("metadata").members()).containsEntry("canonical_arn", "arn:aws:iam::123456789012:role/trainer").containsEntry("client_arn", ROLE_ARN).containsEntry("account_id", "123456789012")
                .containsEntry("client_user_id", "AROAEXAMPLEID");
        var ask = asked.getLast();
        assertThat(ask.to()).hasToString("https://sts.amazonaws.com/");
        assertThat(ask.headers()).containsEntry("Host", "sts.amazonaws.com").containsEntry("x-amz-date", "20300101T000000Z").containsEntry("accept", "application/xml").doesNotContainKey("user-agent");
        assertThat(new String(ask.body(), StandardCharsets.UTF_8)).isEqualTo(BODY);
        assertThat(it.ask(auth.text("client_token"), "POST", "/v1/auth/token/renew-self", Map.of()).status()).isEqualTo(200);
        role("trainer", "arn:aws:iam::123456789012:role/other");
        assertThat(it.ask(auth.text("client_token"), "POST", "/v1/auth/token/renew-self", Map.of()).status()).isEqualTo(403);
    }

    /** 49, 52: a request that is anything but the one question to AWS goes nowhere. */
    @Test
    void nothing_of_the_clients_decides_where_the_question_goes_or_what_it_asks() {
        var urls = List.of("https://evil.com/", "https://sts.amazonaws.com.evil.com/", "https://sts.amazonaws.com./", "https://sts.amazonaws.com/x", "https://sts.amazonaws.com/?Action=GetUser", "https://sts.amazonaws.com/#a",
                "https://a@sts.amazonaws.com/", "https://sts.amazonaws.com\u3002evil.com/", "https://sts.x/../evil.amazonaws.com/", "https://sts.evil.com#.amazonaws.com/", "https://sts.amazonaws.com:444/", "https://STS.amazonaws.com/",
                "ftp://sts.amazonaws.com/", "https:sts.amazonaws.com", "");
        for (var url : urls) assertThat(login(url, BODY, without("Host")).status()).as(url).isEqualTo(400);
        for (var body : List.of("Action=GetSessionToken&Version=2011-06-15", BODY + "&Action=GetUser", BODY + "&x=1", " " + BODY, "Action=GetCallerIdentity")) assertThat(login(URL, body, headers()).status()).as(body).isEqualTo(400);
        for (var region : List.of("x/../evil", "evil.com#", "us-east-1.evil.com", "US-EAST-1", "east")) assertThat(login(URL, BODY, with("Authorization", signedFor(region, "host;x-amz-date"))).status()).as(region).isEqualTo(400);
        assertThat(login(URL, BODY, with("Host", "evil.com")).status()).isEqualTo(400);
        assertThat(login(URL, BODY, with("host", "sts.amazonaws.com")).status()).as("twice, in two spellings").isEqualTo(400);
        assertThat(login(URL, BODY, with("X-Amz-Date", List.of("a", "b"))).status()).isEqualTo(400);
        assertThat(login(URL, BODY, with("X-Amz-Date", "a\r\nX: y")).status()).isEqualTo(400);
        assertThat(login(URL, BODY, with("Authorization", signedFor("us-east-1", "host"))).status()).as("without the date, one signature would do for ever").isEqualTo(400);
        var strange = with("X-Other", "1");
        strange.put("Authorization", signedFor("us-east-1", "host;x-amz-date;x-other"));
        assertThat(login(URL, BODY, strange).error()).isEqualTo("invalid request header: x-other");
        assertThat(asked).as("no packet left").isEmpty();

        it.asRoot("POST", "/v1/auth/aws/config/client", Map.of("allowed_sts_header_values", "X-Other"));
        assertThat(login(URL, BODY, strange).status()).isEqualTo(200);
        assertThat(asked.getLast().headers()).containsEntry("x-other", "1");
    }

    private static Map<String, Object> without(String name) {
        var headers = headers();
        headers.remove(name);
        headers.put("Authorization", signedFor("us-east-1", "host;x-amz-date"));
        return headers;
    }

    @Test
    void a_client_need_not_repeat_the_host_that_its_url_names() {
        assertThat(login(URL, BODY, without("Host")).status()).isEqualTo(200);
        assertThat(asked.getLast().headers()).containsEntry("Host", "sts.amazonaws.com");
    }

    @Test
    void a_regional_endpoint_is_asked_only_where_the_operator_says_so() {
        var regional = with("Host", "sts.eu-west-1.amazonaws.com");
        var url = "https://sts.eu-west-1.amazonaws.com/";
        assertThat(login(url, BODY, regional).error()).contains("use_sts_region_from_client");
        assertThat(asked).isEmpty();
        it.asRoot("POST", "/v1/auth/aws/config/client", Map.of("use_sts_region_from_client", true));
        assertThat(login(url, BODY, regional).status()).isEqualTo(200);
        assertThat(asked.getLast().to()).hasToString(url);
        it.asRoot("POST", "/v1/auth/aws/config/client", Map.of("sts_endpoint", "https://sts.internal.test", "sts_region", "us-east-1"));
        assertThat(login(url, BODY, regional).status()).isEqualTo(200);
        assertThat(asked.getLast().to()).as("the operator's word goes before").hasToString("https://sts.internal.test/");
        assertThat(login(URL, BODY, with("Authorization", signedFor("eu-west-1", "host;x-amz-date"))).status()).isEqualTo(400);
    }

    @Test
    void a_signature_for_another_server_is_refused() {
        it.asRoot("POST", "/v1/auth/aws/config/client", Map.of("iam_server_id_header_value", "watchword.test"));
        assertThat(login().error()).contains("missing header");
        var signed = with("X-Vault-AWS-IAM-Server-ID", "watchword.test");
        assertThat(login(URL, BODY, signed).error()).contains("wasn't signed");
        signed.put("Authorization", signedFor("us-east-1", "host;x-amz-date;x-vault-aws-iam-server-id"));
        assertThat(login(URL, BODY, signed).status()).isEqualTo(200);
        signed.put("X-Vault-AWS-IAM-Server-ID", "other.test");
        assertThat(login(URL, BODY, signed).status()).isEqualTo(400);
    }

    /** 49: what AWS would not answer so is no answer. */
    @Test
    void an_answer_is_read_strictly() {
        var good = identity(ROLE_ARN, "123456789012", "AROAEXAMPLEID:job-1");
        var text = new String(good.body(), StandardCharsets.UTF_8);
        var bad = List.of(
                new Outbound.Answer(200, Map.of("content-type", List.of("application/json")), good.body()),
                new Outbound.Answer(200, Map.of(), good.body()),
                new Outbound.Answer(302, Map.of("content-type", List.of("text/xml"), "location", List.of("https://evil.com/")), good.body()),
                new Outbound.Answer(403, Map.of("content-type", List.of("text/xml")), good.body()),
                xml(text.replace("GetCallerIdentityResponse", "GetUserResponse")),
                xml(text.replace("sts.amazonaws.com/doc", "evil.com/doc")),
                xml(text.replace("</Arn>", "</Arn><Arn>" + ROLE_ARN + "</Arn>")),
                xml("<!DOCTYPE x [<!ENTITY a \"b\">]>" + text),
                xml(text + "<more/>"),
                xml(text.replace("<Account>123456789012", "<Account>210987654321")),
                identity("arn:aws:iam::123456789012:root", "123456789012", "123456789012"),
                identity("arn:aws:sts::123456789012:federated-user/trainer", "123456789012", "123456789012:trainer"),
                identity("arn:aws:sts::123456789012:assumed-role/trainer/job/role/x", "123456789012", "AROAEXAMPLEID:job"));
        for (var each : bad) {
            answer = each;
            assertThat(login().status()).as(new String(each.body(), StandardCharsets.UTF_8)).isEqualTo(403);
        }
        answer = good;
        assertThat(login().status()).isEqualTo(200);
    }

    /** 51: the same name in another account is somebody else, however often it was asked before. */
    @Test
    void a_name_counts_only_in_its_account() {
        role("wide", "arn:aws:iam::123456789012:role/tr*");
        var other = identity(ROLE_ARN.replace("123456789012", "999999999999"), "999999999999", "AROAOTHERID00:job-1");
        for (int i = 0; i < 2; i++) {
            answer = other;
            assertThat(login().status()).isEqualTo(403);
            answer = identity(ROLE_ARN, "123456789012", "AROAEXAMPLEID:job-1");
            assertThat(login().status()).isEqualTo(200);
        }
        for (var arn : List.of("arn:aws:iam::*:role/trainer", "arn:aws:iam::1234*", "*", "arn:aws:iam::123456789012:role/*/x", "trainer", "arn:aws:sts::123456789012:assumed-role/trainer/x")) {
            assertThat(role("odd", arn).status()).as(arn).isEqualTo(400);
        }
        assertThat(role("odd", "arn:aws:iam::123456789012:*").status()).isEqualTo(204);
    }

    @Test
    void strangers_do_not_learn_which_roles_there_are() {
        answer = new Outbound.Answer(403, Map.of(), new byte[0]);
        var known = login();
        it.asRoot("DELETE", "/v1/auth/aws/role/trainer", Map.of());
        assertThat(login().body()).isEqualTo(known.body());
    }
}
