package watchword.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is printed, where the settings come from, and how it ends. */
final class MainTest {
    private static final String SECRET =
            "{\"request_id\":\"r\",\"lease_id\":\"\",\"renewable\":false,\"lease_duration\":2764800,\"data\":{\"b\":\"text\",\"a\":[\"x\",\"y\"],\"n\":3},\"warnings\":[\"beware\"]}";

    @TempDir
    Path home;

    private Line line;

    @BeforeEach
    void given() {
        line = new Line(home).with("VAULT_TOKEN", "token-canary");
        line.server.on("GET /v1/x", 200, SECRET);
    }

    @AfterEach
    void stop() {
        line.close();
    }

    @Test
    void a_table_is_sorted_and_warnings_go_to_the_other_stream() {
        var ended = line.type("read", "x");
        assertThat(ended.out()).isEqualTo("""
                Key                 Value
                ---                 -----
                refresh_interval    768h
                a                   [x y]
                b                   text
                n                   3
                """);
        assertThat(ended.err()).isEqualTo("WARNING! beware\n");
        assertThat(ended.status()).isZero();
    }

    @Test
    void every_format_is_the_whole_answer() {
        assertThat(line.type("read", "-format=raw", "x").out()).isEqualTo(SECRET);
        assertThat(line.type("read", "-format=json", "x").out()).startsWith("{\n  \"request_id\": \"r\",\n")
                .endsWith("  \"warnings\": [\n    \"beware\"\n  ]\n}\n");
        assertThat(line.type("read", "-format=yaml", "x").out()).startsWith("request_id: r\n")
                .contains("data:\n  b: text\n  a:\n    - x\n");
        line.with("VAULT_FORMAT", "json");
        assertThat(line.type("read", "x").out()).startsWith("{\n");
        assertThat(line.type("read", "-format=table", "x").out()).startsWith("Key");
        line.with("VAULT_FORMAT", "xml");
        assertThat(line.type("read", "x").status()).isEqualTo(1);
    }

    @Test
    void a_field_stands_alone_and_without_a_line_end() {
        assertThat(line.type("read", "-field=b", "x").out()).isEqualTo("text");
        assertThat(line.type("read", "-field=a", "x").out()).isEqualTo("[\"x\",\"y\"]");
        var none = line.type("read", "-field=none", "x");
        assertThat(none.status()).isEqualTo(1);
        assertThat(none.out()).isEmpty();
    }

    @Test
    void what_others_stored_does_not_steer_the_terminal() {
        line.server.on("GET /v1/evil", 200, "{\"data\":{\"k\":\"\\u001b[2Jgone\\u009b\"}}")
                .on("GET /v1/error", 400, "{\"errors\":[\"\\u001b]0;x\\u0007\"]}");
        assertThat(line.type("read", "evil").out()).contains("\\x1b[2Jgone\\x9b").doesNotContain("\u001b");
        assertThat(line.type("read", "error").err()).doesNotContain("\u001b").doesNotContain("\u0007");
    }

    @Test
    void the_exit_status_tells_who_was_wrong() {
        line.server.on("GET /v1/denied", 403, "{\"errors\":[\"permission denied\"]}");
        assertThat(line.type("read", "x").status()).isZero();
        assertThat(line.type("read").status()).isEqualTo(1);
        assertThat(line.type("read", "x", "-nope").status()).isEqualTo(1);
        assertThat(line.type("write", "x", "k=@missing").status()).isEqualTo(1);
        assertThat(line.type("nothing").status()).isEqualTo(1);
        assertThat(line.type("read", "denied").status()).isEqualTo(2);
        assertThat(line.type("read", "nowhere").status()).isEqualTo(2);
        assertThat(line.type("kv", "get", "nowhere").status()).isEqualTo(2);
        assertThat(line.type("read", "-address=http://127.0.0.1:1", "x").status()).isEqualTo(2);
        assertThat(line.type("read", "-address=127.0.0.1:1", "x").status()).isEqualTo(1);
    }

    @Test
    void a_refusal_says_what_was_asked_and_what_was_answered() {
        line.server.on("GET /v1/denied", 403, "{\"errors\":[\"1 error occurred:\\n\\t* permission denied\\n\\n\"]}");
        assertThat(line.type("read", "denied").err())
                .startsWith("Error reading denied: Error making API request.\n\nURL: GET " + line.server.address()
                        + "/v1/denied\nCode: 403. Errors:\n\n* 1 error occurred:\n\t* permission denied\n");
    }

    @Test
    void who_has_no_token_is_told_how_to_get_one() {
        line.server.on("GET /v1/denied", 403, "{\"errors\":[\"permission denied\"]}");
        assertThat(line.without("VAULT_TOKEN").type("read", "denied").err()).contains("There is no token").contains("watchword login");
        assertThat(line.with("VAULT_TOKEN", "some").type("read", "denied").err()).contains("may have ended").doesNotContain("no token");
    }

    @Test
    void what_helps_is_told_by_what_was_asked() {
        line.server.on("GET /v1/sys/internal/ui/mounts/secret/x", 403, "{\"errors\":[\"preflight capability check returned 403\"]}")
                .on("PUT /v1/auth/people/login/u", 403, "{\"errors\":[\"permission denied\"]}")
                .on("GET /v1/auth/token/lookup-self", 403, "{\"errors\":[\"permission denied\"]}")
                .on("PUT /v1/nowhere/x", 404, "{\"errors\":[\"no handler for route \\\"nowhere/x\\\". route entry not found.\"]}");
        assertThat(line.type("kv", "put", "secret/x", "a=b").err()).contains("nothing is mounted there").contains("watchword secrets list");
        assertThat(line.type("write", "nowhere/x", "a=b").err()).contains("Nothing is mounted there: watchword secrets list");
        assertThat(line.type("login", "-method=userpass", "-path=people", "username=u", "password=p").err())
                .contains("There is no auth method at people/, or the credentials are wrong: watchword auth list").doesNotContain("log in with");
        var wrong = line.type("login", "token-of-yesterday");
        assertThat(wrong.status()).isEqualTo(2);
        assertThat(wrong.err()).contains("Error authenticating: this token is not valid, or has ended (403 permission denied)")
                .doesNotContain("token lookup").doesNotContain("yesterday");
    }

    @Test
    void a_server_without_keys_is_told_from_one_that_is_sealed() {
        line.server.on("GET /v1/x", 503, "{\"errors\":[\"Vault is sealed\"]}");
        assertThat(line.type("read", "x").err()).contains("watchword operator unseal opens it");
        line.server.on("GET /v1/sys/seal-status", 200, "{\"initialized\":true,\"sealed\":true}");
        assertThat(line.type("read", "x").err()).contains("watchword operator unseal opens it");
        line.server.on("GET /v1/sys/seal-status", 200, "{\"initialized\":false,\"sealed\":true}");
        assertThat(line.type("read", "x").err()).contains("not initialized; watchword operator init").doesNotContain("unseal opens");
    }

    @Test
    void an_answer_that_only_tells_why_there_is_nothing_is_no_success() {
        var why = "{\"warnings\":[\"Invalid path for a versioned K/V secrets engine\"]}";
        line.server.on("GET /v1/secret/x", 404, why).on("PUT /v1/secret/x", 404, why).on("DELETE /v1/secret/x", 404, why).on("GET /v1/secret", 404, why);
        for (var words : new String[][] {{"read", "secret/x"}, {"write", "secret/x", "a=b"}, {"delete", "secret/x"}, {"list", "secret"},
            {"read", "-field=a", "secret/x"}}) {
            var ended = line.type(words);
            assertThat(ended.status()).as(words[0]).isEqualTo(2);
            assertThat(ended.out()).as(words[0]).isEmpty();
            assertThat(ended.err()).as(words[0]).contains("WARNING! Invalid path");
        }
        var json = line.type("read", "-format=json", "secret/x");
        assertThat(json.status()).isEqualTo(2);
        assertThat(json.out()).contains("Invalid path");
        line.server.on("GET /v1/secret/data/deleted", 404, "{\"data\":{\"data\":null,\"metadata\":{\"version\":1}}}");
        assertThat(line.type("read", "secret/data/deleted").status()).isZero();
    }

    @Test
    void a_path_that_repeats_what_is_put_in_is_told() {
        line.versioned();
        line.server.on("GET /v1/sys/internal/ui/mounts/secret/data/train", 200, "{\"data\":{\"path\":\"secret/\",\"options\":{\"version\":\"2\"}}}")
                .on("PUT /v1/secret/data/data/train", 200, "{\"data\":{\"version\":1}}").on("PUT /v1/secret/data/train", 200, "{\"data\":{\"version\":1}}");
        assertThat(line.type("kv", "put", "secret/data/train", "a=b").err()).contains("WARNING!").contains("to mean secret/train, leave out data/");
        assertThat(line.type("kv", "put", "secret/train", "a=b").err()).isEmpty();
    }

    @Test
    void status_tells_a_sealed_server_by_two_and_an_absent_one_by_one() {
        line.server.on("GET /v1/sys/seal-status", 200,
                "{\"type\":\"shamir\",\"initialized\":true,\"sealed\":true,\"t\":3,\"n\":5,\"progress\":1,\"nonce\":\"q\",\"version\":\"1\"}");
        var sealed = line.type("status");
        assertThat(sealed.status()).isEqualTo(2);
        assertThat(sealed.out()).contains("Sealed             true").contains("Unseal Progress    1/3");
        line.server.on("GET /v1/sys/seal-status", 200, "{\"type\":\"shamir\",\"initialized\":true,\"sealed\":false,\"t\":3,\"n\":5}");
        assertThat(line.type("status").status()).isZero();
        line.server.close();
        assertThat(line.type("status").status()).isEqualTo(1);
    }

    @Test
    void flags_win_over_variables_and_ours_over_the_fields() {
        line.with("VAULT_NAMESPACE", "from-variable").with("VAULT_WRAP_TTL", "60");
        line.type("read", "x");
        assertThat(line.server.asked().getLast().headers()).containsEntry("x-vault-namespace", "from-variable")
                .containsEntry("x-vault-wrap-ttl", "60").containsEntry("x-vault-token", "token-canary");
        line.with("WATCHWORD_TOKEN", "ours").type("read", "-namespace=from-flag", "-wrap-ttl=5m", "-header=X-Own=1", "x");
        assertThat(line.server.asked().getLast().headers()).containsEntry("x-vault-namespace", "from-flag")
                .containsEntry("x-vault-wrap-ttl", "5m").containsEntry("x-own", "1").containsEntry("x-vault-token", "ours");
        assertThat(line.with("VAULT_MAX_RETRIES", "many").type("read", "x").err()).contains("VAULT_MAX_RETRIES");
    }

    @Test
    void a_kept_token_is_used_when_no_variable_names_one() {
        line.without("VAULT_TOKEN");
        line.file(".vault-token", "kept\n");
        line.type("read", "x");
        assertThat(line.server.asked().getLast().headers()).containsEntry("x-vault-token", "kept");
        line.file("elsewhere", "other");
        line.with("VAULT_TOKEN_FILE", "elsewhere").type("read", "x");
        assertThat(line.server.asked().getLast().headers()).containsEntry("x-vault-token", "other");
    }

    @Test
    void a_login_keeps_its_token_and_does_not_show_it() throws Exception {
        line.without("VAULT_TOKEN").typing("password-canary");
        line.server.on("PUT /v1/auth/userpass/login/alice", 200,
                "{\"auth\":{\"client_token\":\"login-canary\",\"accessor\":\"acc\",\"lease_duration\":3600,\"renewable\":true,\"token_policies\":[\"default\"],\"metadata\":{\"username\":\"alice\"}}}");
        var ended = line.type("login", "-method=userpass", "username=alice");
        assertThat(ended.status()).isZero();
        assertThat(ended.out()).contains("Success! You are now authenticated.").contains("token_duration         1h")
                .contains("token_meta_username    alice").doesNotContain("canary");
        assertThat(line.server.asked().getLast().body()).isEqualTo("{\"password\":\"password-canary\"}");
        assertThat(home.resolve(".vault-token")).hasContent("login-canary");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve(".vault-token")))).isEqualTo("rw-------");
    }

    @Test
    void a_login_that_is_not_kept_is_shown_to_who_asked() {
        line.without("VAULT_TOKEN").input("mine-canary\n");
        line.server.on("GET /v1/auth/token/lookup-self", 200, "{\"data\":{\"accessor\":\"acc\",\"ttl\":0,\"policies\":[\"root\"]}}");
        assertThat(line.type("login", "-token-only", "-").out()).isEqualTo("mine-canary");
        assertThat(line.type("login", "-no-store", "-").out()).contains("mine-canary");
        assertThat(line.type("login", "-no-print", "-no-store", "-").out()).isEmpty();
        assertThat(home.resolve(".vault-token")).doesNotExist();
        assertThat(line.server.asked().getLast().headers()).containsEntry("x-vault-token", "mine-canary");
    }

    @Test
    void a_refused_login_keeps_what_was_there() {
        line.without("VAULT_TOKEN").typing("wrong");
        line.file(".vault-token", "old");
        line.server.on("PUT /v1/auth/userpass/login/alice", 400, "{\"errors\":[\"invalid username or password\"]}");
        assertThat(line.type("login", "-method=userpass", "username=alice").status()).isEqualTo(2);
        assertThat(home.resolve(".vault-token")).hasContent("old");
    }

    @Test
    void data_comes_from_words_files_and_standard_input_as_it_is() {
        line.server.on("PUT /v1/y", 204, "");
        var file = line.file("value", "line\n");
        line.input("{\"whole\":{\"n\":1}}").type("write", "y", "-", "a=@" + file, "b=\\@literal", "c=x=y");
        assertThat(line.server.asked().getLast().body())
                .isEqualTo("{\"whole\":{\"n\":1},\"a\":\"line\\n\",\"b\":\"@literal\",\"c\":\"x=y\"}");
        var lost = line.type("write", "y", "canary-without-key");
        assertThat(lost.status()).isEqualTo(1);
        assertThat(lost.err()).contains("word 1 of the data").doesNotContain("canary");
    }

    @Test
    void a_policy_is_formatted_and_one_that_cannot_be_is_left_alone() {
        var file = line.file("p.hcl", "path \"a\" {\ncapabilities=[\"read\"]\n  required_parameters = [\"x\"] # why\n}\n");
        assertThat(line.type("policy", "fmt", file).status()).isZero();
        assertThat(Path.of(file))
                .hasContent("path \"a\" {\n  capabilities        = [\"read\"]\n  required_parameters = [\"x\"] # why\n}\n");
        var broken = line.file("b.hcl", "path \"a\" {\n");
        assertThat(line.type("policy", "fmt", broken).status()).isEqualTo(1);
        assertThat(Path.of(broken)).hasContent("path \"a\" {\n");
    }

    @Test
    void a_word_that_is_almost_a_command_is_recognized() {
        assertThat(line.type("kv", "gett", "x").err()).contains("did you mean watchword kv get?");
        assertThat(line.type("kv").err()).contains("kv metadata get");
        assertThat(line.type("audit", "-h").out()).contains("audit enable");
        assertThat(line.type("nothing", "-h").status()).isEqualTo(1);
        assertThat(line.type("help").out()).contains("operator generate-root");
        assertThat(line.type("server").err()).contains("launcher");
    }

    @Test
    void what_another_program_calls_it_is_known_and_nothing_is_guessed() {
        assertThat(line.type("kv", "set", "a", "b=c").err()).contains("did you mean watchword kv put?");
        assertThat(line.type("get", "x").err()).contains("did you mean watchword kv get?");
        assertThat(line.type("statsu").err()).contains("did you mean watchword status?");
        assertThat(line.type("operator", "members").err()).doesNotContain("did you mean").contains("watchword help operator shows what there is");
        assertThat(line.type("frobnicate").err()).doesNotContain("did you mean").contains("watchword help shows what there is");
    }

    @Test
    void every_command_that_is_suggested_is_one() {
        for (var other : new String[] {"get", "kv set", "init", "mount", "policies", "whoami", "renew", "exec", "start", "secrets add", "policy get"}) {
            var err = line.type(other.split(" ", -1)).err();
            var meant = err.replaceAll("(?s).*did you mean watchword (.*)\\?.*", "$1");
            assertThat(Commands.find(java.util.List.of(meant.split(" ", -1)))).as(err).isPresent();
        }
    }

    @Test
    void a_flag_before_its_command_is_told_where_it_stands() {
        var ended = line.type("-format=json", "kv", "get", "secret-canary");
        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err()).contains("flags stand after the command: watchword kv get -format=json").doesNotContain("canary");
        assertThat(line.type("-nonsense").err()).contains("there is no command");
    }

    @Test
    void completion_knows_commands_flags_and_choices() throws Exception {
        var script = line.type("completion", "bash").out();
        assertThat(script).contains("generate-root").contains("-format=json");
        var check = new ProcessBuilder("bash", "-c",
                script + "\nCOMP_WORDS=(watchword kv me); COMP_CWORD=2; _watchword; echo ${COMPREPLY[@]}").redirectErrorStream(true)
                .start();
        assertThat(new String(check.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)).contains("metadata");
        assertThat(line.type("completion", "fish").status()).isEqualTo(1);
    }
}
