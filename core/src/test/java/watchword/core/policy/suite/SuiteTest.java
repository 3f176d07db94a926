package watchword.core.policy.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.core.TestServer;

/** {@code watchword policy test} and {@code sys/policies/test}. */
class SuiteTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final String TRAINER = """
            path "secret/data/*" { capabilities = ["read"] }
            path "secret/data/models/*" {
              capabilities = ["create", "update", "read"]
              denied_parameters = { "public" = ["true"] }
            }
            path "homes/{{identity.entity.name}}/*" { capabilities = ["read"] }
            path "old" {
              capabilities = ["read"]
              expiration = "2029-01-01T00:00:00Z"
            }
            """;

    @TempDir
    private Path folder;

    private String out = "";
    private String err = "";

    private int run(String suite, String... options) throws IOException {
        Files.writeString(folder.resolve("trainer.hcl"), TRAINER);
        var arguments = new java.util.ArrayList<>(List.of(options));
        arguments.add(Files.writeString(folder.resolve("suite.hcl"), suite).toString());
        var stdout = new ByteArrayOutputStream();
        var stderr = new ByteArrayOutputStream();
        int code = TestCommand.run(arguments, () -> NOW, new PrintStream(stdout, true, StandardCharsets.UTF_8), new PrintStream(stderr, true, StandardCharsets.UTF_8));
        out = stdout.toString(StandardCharsets.UTF_8);
        err = stderr.toString(StandardCharsets.UTF_8);
        return code;
    }

    private static final String POLICIES = """
            policy "trainer" { file = "trainer.hcl" }
            policy "guest" { text = "path \\"secret/data/*\\" { capabilities = [\\"list\\"] }" }
            identity { name = "alice" }
            """;

    @Test
    void cases_that_hold_pass() throws IOException {
        int code = run(POLICIES + """
                case "reads datasets" {
                  as = "trainer"
                  path = "secret/data/train"
                  operation = "read"
                  expect = "allow"
                  by = "trainer"
                }
                case "makes no model public" {
                  path = "/secret/data/models/bert"
                  operation = "update"
                  parameters = { public = true }
                  expect = "deny"
                  by = "trainer"
                }
                case "lists with both" { path = "secret/data/x", operation = "list", expect = "allow", by = "guest" }
                case "has her own home" { path = "homes/alice/x", operation = "read", expect = "allow" }
                case "and no other" { path = "homes/bob/x", operation = "read", expect = "deny" }
                case "had the old one" { path = "old", operation = "read", expect = "allow", at = "2028-12-31T00:00:00Z" }
                """);

        assertThat(out).isEqualTo("6 passed, 0 failed\n");
        assertThat(code).isEqualTo(TestCommand.PASSED);
    }

    @Test
    void cases_that_do_not_hold_are_told_with_their_reasons() throws Exception {
        int code = run(POLICIES + """
                case "writes" { as = ["trainer"], path = "secret/data/train", operation = "update", expect = "allow" }
                case "public" { path = "secret/data/models/bert", operation = "update", parameters = { public = "true" }, expect = "allow" }
                case "not by guest" { path = "secret/data/train", operation = "read", expect = "allow", by = "guest", as = "trainer" }
                case "old <&\\u0007>" { path = "old", operation = "read", expect = "allow" }
                case "nothing" { path = "x", operation = "read", expect = "allow" }
                case "fine" { path = "x", operation = "read", expect = "deny" }
                """, "-junit=" + folder.resolve("junit.xml"));

        assertThat(code).isEqualTo(TestCommand.FAILED);
        assertThat(out).contains("suite.hcl:4 writes\n     update secret/data/train: denied, by trainer line 1 (secret/data/*): the rule does not give update")
                .contains("denied, by trainer line 2 (secret/data/models/*): the parameter public, or its value, is denied")
                .contains("allowed as expected, but not by guest: by trainer line 1 (secret/data/*)")
                .contains("old <&?>").contains("denied, as no rule counts; trainer line 7: it ended at 2029-01-01T00:00:00Z").contains("read x: denied, as no rule covers the path")
                .endsWith("1 passed, 5 failed\n");
        var xml = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(Files.readAllBytes(folder.resolve("junit.xml"))));
        assertThat(xml.getElementsByTagName("testcase").getLength()).isEqualTo(6);
        assertThat(xml.getElementsByTagName("failure").getLength()).isEqualTo(5);
    }

    @Test
    void json_is_read_as_well() throws IOException {
        assertThat(run("""
                {"policy": {"trainer": {"file": "trainer.hcl"}}, "case": {"reads": {"path": "secret/data/x", "operation": "read", "expect": "allow"}}}
                """)).isEqualTo(TestCommand.PASSED);
    }

    @Test
    void what_is_wrong_with_a_suite_is_told_by_its_line() throws IOException {
        for (var wrong : Map.of(
                "case \"x\" { path = \"x\", operation = \"read\" }", "line 1: no expect",
                "case \"x\" { path = \"x\", operation = \"write\", expect = \"deny\" }", "line 1: operation: create, read",
                "case \"x\" { path = \"x\", operation = \"read\", expect = \"maybe\" }", "line 1: expect: allow or deny",
                "case \"x\" { path = \"x\", operation = \"read\", expect = \"deny\", as = \"nobody\" }", "there is no policy nobody",
                "case \"x\" { pth = \"x\" }", "case: there is no pth",
                "policy \"p\" { file = \"none.hcl\" }", "there is no file",
                "policy \"p\" { text = \"path {\" }", "policy p: ",
                "", "there is no case",
                "case \"x\" {", "object expected closing RBRACE").entrySet()) {
            assertThat(run(wrong.getKey())).as(wrong.getKey()).isEqualTo(TestCommand.TROUBLE);
            assertThat(err).contains(wrong.getValue());
        }
        assertThat(TestCommand.run(List.of("-x"), () -> NOW, System.out, new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8))).isEqualTo(TestCommand.TROUBLE);
    }

    @Test
    void a_server_runs_them_on_texts_and_stores_nothing() {
        try (var it = TestServer.start()) {
            var suite = "case \"reads\" { path = \"secret/data/x\", operation = \"read\", expect = \"allow\", by = \"trainer\" }\ncase \"lists\" { path = \"secret/data/\", operation = \"list\", expect = \"allow\" }";
            it.policy("tester", "path \"sys/policies/test\" { capabilities = [\"update\"] }");
            var before = it.list(it.root, "sys/policies/acl").body().get("data");

            var answer = it.write(it.token("tester"), "sys/policies/test", "suite", suite, "policies", Map.of("trainer", TRAINER));

            assertThat(answer.status()).as("%s", answer.errors()).isEqualTo(200);
            assertThat(answer.part("data")).containsEntry("passed", 1L).containsEntry("failed", 1L);
            assertThat(String.valueOf(answer.part("data").get("cases"))).contains("the rule does not give list");
            assertThat(it.list(it.root, "sys/policies/acl").body().get("data")).isEqualTo(before);
            assertThat(it.write(it.token("default"), "sys/policies/test", "suite", suite).status()).isEqualTo(403);
            assertThat(it.write(it.root, "sys/policies/test", "suite", "policy \"p\" { file = \"/etc/passwd\" }").errors().toString()).contains("a server reads no files");
            var many = new StringBuilder();
            for (int i = 0; i < 1_100; i++) many.append("path \"a").append(i).append("\" {}\n");
            assertThat(it.write(it.root, "sys/policies/test", "suite", suite.repeat(1) + "\n" + suite.replace("reads", "r").repeat(1) + "\ncase \"c\" { path = \"x\", operation = \"read\", expect = \"deny\" }\n".repeat(1_000),
                    "policies", Map.of("trainer", many.toString())).errors().toString()).contains("too many cases");
        }
    }
}
