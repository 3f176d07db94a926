package watchword.core.policy.advise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.core.json.Json;

/** {@code watchword policy advise} on logs that are written here. */
class AdviceTest {
    private static final Instant NOW = Instant.parse("2030-01-02T00:00:00Z");

    @TempDir
    private Path folder;

    private final WrittenLog log = new WrittenLog();
    private String out = "";
    private String err = "";

    private int advise(String... arguments) throws IOException {
        var all = new ArrayList<>(List.of(arguments));
        all.add(log.to(folder).toString());
        return run(all);
    }

    private int run(List<String> arguments) {
        var stdout = new ByteArrayOutputStream();
        var stderr = new ByteArrayOutputStream();
        int code = AdviseCommand.run(arguments, () -> NOW, new PrintStream(stdout, true, StandardCharsets.UTF_8), new PrintStream(stderr, true, StandardCharsets.UTF_8));
        out = stdout.toString(StandardCharsets.UTF_8);
        err = stderr.toString(StandardCharsets.UTF_8);
        return code;
    }

    private String present(String text) throws IOException {
        return "-present=trainer=" + Files.writeString(folder.resolve("present.hcl"), text);
    }

    @Test
    void it_proposes_what_was_used_and_no_more() throws IOException {
        log.did("read", "secret/data/train", "secret/*").did("read", "secret/data/train", "secret/*").did("create", "secret/data/run", "secret/*").did("list", "secret/metadata/runs", "secret/*");

        assertThat(advise("-entity=e1", present("path \"secret/*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\", \"list\"] }\npath \"aws/*\" { capabilities = [\"read\"] }"))).isZero();

        assertThat(out).isEqualTo("""
                # 1 request, last at 2030-01-01T00:00:02Z
                path "secret/data/run" {
                  capabilities = ["create"]
                }

                # 2 requests, last at 2030-01-01T00:00:01Z
                path "secret/data/train" {
                  capabilities = ["read"]
                }

                # 1 request, last at 2030-01-01T00:00:03Z
                path "secret/metadata/runs/" {
                  capabilities = ["list"]
                }
                """);
        assertThat(err).contains("replayed 8 lines of 8: none would be refused").contains("never used: trainer line 1, secret/*: delete, update (only create, list, read)")
                .contains("never used: trainer line 2, aws/*: read (nothing of it)");
    }

    @Test
    void many_siblings_become_a_pattern_and_it_says_so() throws IOException {
        for (int i = 0; i < 12; i++) log.did("read", "secret/data/team/job-" + i, "secret/data/*");
        log.did("read", "secret/data/other/x", "secret/data/*");

        assertThat(advise("-role=train", present("path \"secret/data/*\" { capabilities = [\"read\"] }"))).isZero();

        assertThat(out).contains("# 12 siblings were used in the same way: secret/data/team/job-0, secret/data/team/job-1, secret/data/team/job-2 and 9 more; 12 requests")
                .contains("path \"secret/data/team/+\"").contains("path \"secret/data/other/x\"");
        assertThat(advise("-role=train", "-siblings=0")).isZero();
        assertThat(out).doesNotContain("+");
    }

    @Test
    void siblings_stay_apart_where_a_pattern_would_open_what_the_present_policy_refuses() throws IOException {
        for (int i = 0; i < 12; i++) log.did("read", "secret/data/team/job-" + i, "secret/data/*");
        for (int i = 0; i < 12; i++) log.did("read", "sys/policies/acl/p" + i, "sys/policies/acl/*");
        for (int i = 0; i < 12; i++) log.did("read", "aws/creds/a" + i, "aws/creds/a*");

        assertThat(advise("-policy=trainer", present("""
                path "secret/data/*" { capabilities = ["read"] }
                path "secret/data/team/prod" { capabilities = ["deny"] }
                path "sys/policies/acl/*" { capabilities = ["read"] }
                path "aws/creds/a*" { capabilities = ["read"] }
                """))).isZero();

        assertThat(out).doesNotContain("+").contains("secret/data/team/job-11").contains("sys/policies/acl/p11");
        assertThat(err).contains("secret/data/team/+ could stand for 12 siblings, but secret/data/team/prod lies among them").contains("but it reaches beyond aws/creds/a*");
    }

    @Test
    void a_told_pattern_keeps_what_is_refused_within_it() throws IOException {
        log.did("read", "secret/data/team/a", "secret/data/*").did("update", "secret/data/team/b/c", "secret/data/*").did("list", "secret/data/team/b", "secret/data/*");

        assertThat(advise("-entity=e1", "-generalise=secret/data/team/*", present("""
                path "secret/data/*" { capabilities = ["read", "list", "update"] }
                path "secret/data/team/prod*" { capabilities = ["deny"] }
                """))).isZero();

        assertThat(out).contains("path \"secret/data/team/*\" {\n  capabilities = [\"list\", \"read\", \"update\"]\n}").contains("# kept, since it decides before secret/data/team/*\npath \"secret/data/team/prod*\" {\n  capabilities = [\"deny\"]");
        assertThat(advise("-entity=e1", "-generalise=secret/*", present("path \"secret/data/*\" { capabilities = [\"read\", \"list\", \"update\"] }"))).isZero();
        assertThat(err).contains("secret/* gives more than the present policy: it reaches beyond secret/data/*");
    }

    @Test
    void what_the_present_rule_asks_for_besides_is_carried_over() throws IOException {
        log.did("update", "secret/data/x", "secret/data/*").did("read", "secret/data/homes/alice/y", "secret/data/homes/alice/*");

        advise("-entity=e1", present("""
                path "secret/data/*" {
                  capabilities = ["read", "update"]
                  denied_parameters = { "public" = ["true"] }
                  max_wrapping_ttl = "1h"
                  expiration = "2031-01-01T00:00:00Z"
                }
                path "secret/data/homes/{{identity.entity.name}}/*" { capabilities = ["read", "update"] }
                """));

        assertThat(out).contains("denied_parameters = {\n    \"public\" = [\"true\"]").contains("max_wrapping_ttl = \"3600s\"").contains("expiration = \"2031-01-01T00:00:00Z\"")
                .contains("path \"secret/data/homes/{{identity.entity.name}}/*\" {\n  capabilities = [\"read\"]");
        assertThat(err).contains("2 of them were given by templates").contains("secret/data/homes/{{identity.entity.name}}/*: update (only read)");
    }

    @Test
    void sudo_is_kept_where_it_was_needed() throws IOException {
        log.did("read", "sys/audit", "sys/audit", "trainer", Map.of("sudo", true)).did("read", "sys/mounts", "sys/mounts");

        advise("-entity=e1");

        assertThat(out).contains("path \"sys/audit\" {\n  capabilities = [\"read\", \"sudo\"]").contains("path \"sys/mounts\" {\n  capabilities = [\"read\"]");
        assertThat(err).contains("name it with -present");
    }

    @Test
    void a_folder_that_is_listed_and_read_by_the_same_name_needs_both() throws IOException {
        log.did("read", "secret/a", "secret/*").did("list", "secret/a", "secret/*");
        for (int i = 0; i < 12; i++) log.did("list", "secret/b" + i, "secret/*");
        log.did("delete", "secret/b3", "secret/*");

        assertThat(advise("-entity=e1")).isZero();
        assertThat(err).contains("none would be refused");
        assertThat(out).contains("path \"secret/+/\"");
    }

    @Test
    void only_those_who_were_asked_about_count_and_only_in_their_time() throws IOException {
        log.did("read", "secret/early", "secret/*").did("read", "secret/late", "secret/*").did("read", "auth/token/lookup-self", "auth/token/lookup-self", "default", Map.of());

        advise("-display-name=jwt-trainer", "-since=2030-01-01T00:00:01Z");
        assertThat(out).contains("secret/late").doesNotContain("early").doesNotContain("lookup-self");
        assertThat(err).contains("left out: 2 lines that the default policy gives");
        advise("-accessor=hmac-sha256:aa", "-until=2030-01-01T00:00:01Z");
        assertThat(out).contains("secret/early").doesNotContain("late");
        advise("-entity=e1", "-since=48h", "-with-default");
        assertThat(out).contains("early").contains("lookup-self");
        advise("-entity=somebody else");
        assertThat(out).isEmpty();
        assertThat(advise()).isEqualTo(AdviseCommand.TROUBLE);
        assertThat(err).contains("say whose requests count");
        assertThat(advise("-entity=e1", "-namespace-id=other")).isZero();
        assertThat(out).isEmpty();
    }

    @Test
    void the_difference_and_the_document_say_the_same() throws Exception {
        log.did("read", "secret/data/x", "secret/data/*").did("read", "a/b", "a/b");
        var present = present("path \"secret/data/*\" { capabilities = [\"read\", \"update\"] }\npath \"a/b\" { capabilities = [\"read\"] }");

        advise("-entity=e1", "-format=diff", present);
        assertThat(out).isEqualTo("""
                --- present
                +++ proposed
                 path "a/b" {
                   capabilities = ["read"]
                 }
                -path "secret/data/*" {
                -  capabilities = ["read", "update"]
                -}
                +path "secret/data/x" {
                +  capabilities = ["read"]
                +}
                """);
        advise("-entity=e1", "-format=json", present);
        assertThat((Map<?, ?>) Json.parse(out.getBytes(StandardCharsets.UTF_8))).extracting("suffices").isEqualTo(true);
        assertThat(out).contains("\"never_used\":[{").contains("\"refused\":0");
    }

    @Test
    void hostile_lines_are_passed_over_and_hostile_paths_stay_data() throws IOException {
        log.did("read", "secret/ok", "secret/*").raw("").raw("{").raw("[[[[").raw("null").raw("\u0000\u0001").raw("{\"time\":\"yesterday\",\"type\":\"request\",\"auth\":{\"entity_id\":\"e1\",\"policy_results\":{\"allowed\":true,\"rule\":\"x\"}},\"request\":{\"operation\":\"read\",\"path\":\"p\"}}")
                .raw("{\"type\":\"request\",\"auth\":7,\"request\":[]}").raw("{\"auth\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}").raw("{\"x\":\"" + "y".repeat(40 << 20) + "\"}")
                .did("read", "secret/q\"\n} path \"*\" { capabilities = [\"sudo\"] } #", "secret/*").did("read", "secret/a*", "secret/*").did("read", "secret/+/b", "secret/*").did("read", "secret/{{x}}", "secret/*")
                .did("read", "secret/${x", "secret/*").did("read", "secret/last", "secret/*");

        assertThat(advise("-entity=e1")).isEqualTo(AdviseCommand.FALLS_SHORT);

        assertThat(out).contains("path \"secret/q\\\"\\u000a} path \\\"*\\\" { capabilities = [\\\"sudo\\\"] } #\"").contains("path \"secret/\\u0024{x\"").contains("secret/last").contains("secret/ok");
        assertThat(err).contains("6 lines are on paths that no rule can name exactly").contains("passed over: 1 lines that are too long").contains("WOULD BE REFUSED");
        var statements = watchword.core.policy.PolicyParser.parse(out, watchword.core.policy.TemplatedPath.Allowances.NONE).statements();
        assertThat(statements).hasSize(4).noneMatch(each -> each.path().text().equals("*"));
    }

    @Test
    void a_log_is_read_packed_and_cut_off() throws IOException {
        var text = Files.readString(log.did("read", "secret/a", "secret/*").to(folder));
        var packed = folder.resolve("audit.log.gz");
        try (var gz = new GZIPOutputStream(Files.newOutputStream(packed))) {
            gz.write((text + text.substring(0, 200)).getBytes(StandardCharsets.UTF_8));
        }

        assertThat(run(List.of("-entity=e1", packed.toString()))).isZero();
        assertThat(out).contains("secret/a");
        assertThat(err).contains("passed over: 1 lines that are none of an audit log");
        assertThat(run(List.of("-entity=e1", "/no/such/file"))).isEqualTo(AdviseCommand.TROUBLE);
    }

    /** Of a log of 1 GB, no more than a line is in memory, and what grows with the paths ends with advice. */
    @Test
    void a_large_log_takes_bounded_memory() throws IOException {
        var line = Files.readAllBytes(log.did("read", "secret/a", "secret/*").to(folder));
        var many = new InputStream() {
            private long left = 200_000;

            @Override
            public int read() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] to, int at, int most) {
                if (left-- == 0) return -1;
                int count = Math.min(most, line.length);
                System.arraycopy(line, 0, to, at, count);
                return count;
            }
        };
        var seen = new long[1];
        var read = LoggedRequests.each(new SequenceInputStream(many, new ByteArrayInputStream("x\n".getBytes(StandardCharsets.UTF_8))), _ -> seen[0]++);
        assertThat(seen[0]).isEqualTo(400_000);
        assertThat(read.strange()).isEqualTo(1);

        var usage = new Usage(new Selection(List.of("e1"), List.of(), List.of(), List.of(), List.of(), "root", java.util.Optional.empty(), java.util.Optional.empty(), false), new Present(List.of(), NOW), List.of());
        assertThatThrownBy(() -> {
            for (int i = 0; i <= Usage.MAX_PATHS; i++) {
                usage.add(new LoggedRequest(NOW, "e1", "", "", List.of(), Map.of(), "secret/*", List.of("p"), false, watchword.core.policy.Capability.READ, "secret/", "secret/many/" + i, "root", false));
            }
        }).isInstanceOf(Usage.TooManyPathsException.class).hasMessageContaining("secret/many/* (200001)");
    }
}
