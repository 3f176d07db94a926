package watchword.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.cli.Line;

final class PolicyExplainTest {
    private static final String ASK = "PUT /v1/sys/policies/explain";
    private static final String TOLD = """
            {"data":{"allowed":false,"path":"secret/data/models/bert","operation":"update","policies":["default","trainer"],"missing_policies":["gone"],"guard":"none",
            "rule":"secret/data/models/*","decided_by":[{"policy":"trainer","path":"secret/data/models/*","line":6}],"capabilities":["create","update"],"granting_policies":[],
            "refusals":[{"cause":"required","name":"owner","text":"the parameter owner is required"}],
            "passed_over":[{"policy":"trainer","path":"secret/*","line":2,"why":"\\"secret/data/models/*\\" is more specific: its first wildcard comes later"}],
            "smallest_rule":"path \\"secret/data/models/bert\\" {\\n  capabilities = [\\"create\\", \\"update\\"]\\n}\\n","replaces":false}}""";

    @TempDir
    Path home;

    @Test
    void a_refusal_is_told_in_words() {
        try (var line = new Line(home)) {
            line.server.on(ASK, 200, TOLD);
            var ended = line.type("policy", "explain", "secret/data/models/bert", "update");
            assertThat(ended.status()).isZero();
            assertThat(ended.out()).isEqualTo("""
                    DENIED   update secret/data/models/bert
                    policies default, trainer
                    missing  gone: there is no such policy
                    rule     secret/data/models/* (trainer line 6)
                    gives    create, update
                    because  the parameter owner is required
                    not by   trainer line 2 secret/*: "secret/data/models/*" is more specific: its first wildcard comes later

                    To allow it, write:
                        path "secret/data/models/bert" {
                          capabilities = ["create", "update"]
                        }

                    """);
        }
    }

    @Test
    void the_document_and_one_field_of_it_are_to_be_had() {
        try (var line = new Line(home)) {
            line.server.on(ASK, 200, TOLD);
            assertThat(line.type("policy", "explain", "-format=json", "secret/data/models/bert", "update").out()).contains("\"cause\": \"required\"");
            assertThat(line.type("policy", "explain", "-field=allowed", "secret/data/models/bert", "update").out()).isEqualTo("false");
        }
    }

    @Test
    void what_a_server_says_moves_no_cursor() {
        try (var line = new Line(home)) {
            line.server.on(ASK, 200, "{\"data\":{\"allowed\":true,\"path\":\"\\u001b[2Jx\",\"operation\":\"read\",\"guard\":\"sudo\",\"rule\":\"\",\"policies\":[]}}");
            assertThat(line.type("policy", "explain", "x", "read").out()).doesNotContain("\u001b").contains("ALLOWED").contains("rule     none covers the path").contains("needs sudo besides");
        }
    }
}
