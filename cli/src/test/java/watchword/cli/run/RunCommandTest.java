package watchword.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.cli.Line;
import watchword.testkit.StubServer.Reply;

/** Real commands of this machine, and a server that says what it is told. */
final class RunCommandTest {
    private static final String LEASED =
            "{\"lease_id\":\"database/creds/train/1\",\"lease_duration\":3600,\"renewable\":true,\"data\":{\"username\":\"u-canary\",\"password\":\"p-canary\"}}";

    @TempDir
    Path home;

    private Line line;

    @BeforeEach
    void given() {
        line = new Line(home).versioned().with("VAULT_TOKEN", "token-canary").with("XDG_RUNTIME_DIR", home.toString());
        line.server.on("GET /v1/secret/data/train", 200,
                "{\"data\":{\"data\":{\"api_key\":\"canary-value\",\"note\":\"multi-line-1\\nmulti-line-2\",\"list\":[\"in-the-list\"]},\"metadata\":{\"version\":1}}}")
                .on("GET /v1/sys/internal/ui/mounts/database/creds/train", 200, "{\"data\":{\"path\":\"database/\",\"options\":null}}")
                .on("GET /v1/database/creds/train", 200, LEASED)
                .on("PUT /v1/sys/leases/revoke", 204, "").on("PUT /v1/auth/token/revoke-self", 204, "");
    }

    @AfterEach
    void stop() {
        line.close();
    }

    @Test
    void a_command_has_the_secret_and_what_it_prints_of_it_is_masked() {
        var ended = line.type("run", "-env", "KEY=secret/train#api_key", "--", "sh", "-c",
                "echo out=$KEY; echo err=$KEY >&2; test $KEY = canary-value && exit 7");
        assertThat(ended.status()).isEqualTo(7);
        assertThat(ended.out()).isEqualTo("out=***\n");
        assertThat(ended.err()).isEqualTo("err=***\n");
    }

    @Test
    void no_token_is_left_in_its_environment_unless_that_was_asked_for() {
        line.with("BAO_TOKEN", "other");
        assertThat(line.type("run", "-env", "K=secret/train#api_key", "--", "sh", "-c", "echo ${VAULT_TOKEN-none} ${BAO_TOKEN-none}").out())
                .isEqualTo("none none\n");
        assertThat(line.type("run", "-keep-token", "-env", "K=secret/train#api_key", "--", "sh", "-c",
                "echo $VAULT_TOKEN; test $VAULT_TOKEN = token-canary").out()).isEqualTo("***\n");
    }

    @Test
    void a_path_is_read_once_and_what_was_leased_ends_with_the_command() {
        var ended = line.type("run", "-env", "U=database/creds/train#username", "-env", "P=database/creds/train#password", "--", "sh",
                "-c", "echo $U $P");
        assertThat(ended.out()).isEqualTo("*** ***\n");
        assertThat(line.server.asked("GET /v1/database/creds/train")).hasSize(1);
        assertThat(line.server.asked().getLast().line()).isEqualTo("PUT /v1/sys/leases/revoke");
        assertThat(line.server.asked().getLast().body()).contains("database/creds/train/1").contains("\"sync\":true");
    }

    @Test
    void a_login_of_its_own_ends_with_the_run_and_none_of_it_reaches_the_command() {
        line.server.on("PUT /v1/auth/robots/login", 200,
                "{\"auth\":{\"client_token\":\"login-canary\",\"accessor\":\"a\",\"lease_duration\":600,\"renewable\":true}}");
        line.with("JOB_SECRET", "secret-id-canary");
        var ended = line.type("run", "-method=approle", "-path=robots", "-login=role_id=@" + line.file("role", "role-1\n"),
                "-login=secret_id=env:JOB_SECRET", "-env", "K=secret/train#api_key", "--", "sh", "-c",
                "echo ${JOB_SECRET-none} ${VAULT_TOKEN-none} login-canary secret-id-canary");
        assertThat(ended.out()).isEqualTo("none none *** ***\n");
        var login = line.server.asked("PUT /v1/auth/robots/login").getFirst();
        assertThat(login.body()).isEqualTo("{\"role_id\":\"role-1\",\"secret_id\":\"secret-id-canary\"}");
        assertThat(login.headers()).doesNotContainKey("x-vault-token");
        assertThat(line.server.asked("GET /v1/secret/data/train").getFirst().headers()).containsEntry("x-vault-token", "login-canary");
        assertThat(line.server.asked().getLast().line()).isEqualTo("PUT /v1/auth/token/revoke-self");
        assertThat(line.server.asked().getLast().headers()).containsEntry("x-vault-token", "login-canary");
    }

    @Test
    void a_wrapped_secret_of_a_login_is_unwrapped_once_and_a_used_one_is_told_as_what_it_may_mean() {
        line.server.on("PUT /v1/auth/approle/login", 200, "{\"auth\":{\"client_token\":\"login-canary\"}}")
                .on("PUT /v1/sys/wrapping/unwrap", Reply.of(200, "{\"data\":{\"secret_id\":\"secret-id-canary\"}}"),
                        Reply.of(400, "{\"errors\":[\"wrapping token is not valid or does not exist\"]}"));
        line.with("WRAPPED", "wrapping-canary").with("VAULT_MAX_RETRIES", "2");
        String[] words = {"run", "-method=approle", "-login=role_id=r", "-login=secret_id=unwrap:env:WRAPPED", "-env",
                "K=secret/train#api_key",
            "--", "sh", "-c", "echo ${WRAPPED-none} secret-id-canary"};
        assertThat(line.type(words).out()).isEqualTo("none ***\n");
        assertThat(line.server.asked("PUT /v1/sys/wrapping/unwrap").getFirst().headers()).containsEntry("x-vault-token", "wrapping-canary");
        assertThat(line.server.asked("PUT /v1/auth/approle").getFirst().body())
                .isEqualTo("{\"role_id\":\"r\",\"secret_id\":\"secret-id-canary\"}");
        var second = line.type(words);
        assertThat(second.status()).isEqualTo(2);
        assertThat(second.err()).contains("somebody else has used it").doesNotContain("canary");
        assertThat(line.server.asked("PUT /v1/sys/wrapping/unwrap")).hasSize(2);
    }

    @Test
    void a_login_stands_in_the_small_file_too() {
        line.server.on("PUT /v1/auth/userpass/login/alice", 200, "{\"auth\":{\"client_token\":\"login-canary\",\"lease_duration\":600}}")
                .on("PUT /v1/auth/jwt/login", 200, "{\"auth\":{\"client_token\":\"login-canary\"}}");
        line.file("pw", "hunter2-canary\n");
        line.file("watchword.run", "# who\nlogin userpass username=alice password=@pw\nK=secret/train#api_key\n");
        assertThat(line.type("run", "--", "sh", "-c", "echo $K hunter2-canary").out()).isEqualTo("*** ***\n");
        assertThat(line.server.asked("PUT /v1/auth/userpass/login/alice").getFirst().body()).isEqualTo("{\"password\":\"hunter2-canary\"}");
        line.file("watchword.run", "login jwt role=ci jwt=@pw\nK=secret/train#api_key\n");
        assertThat(line.type("run", "true").status()).isZero();
        assertThat(line.server.asked("PUT /v1/auth/jwt/login").getFirst().body()).isEqualTo("{\"role\":\"ci\",\"jwt\":\"hunter2-canary\"}");
    }

    @Test
    void a_private_file_is_for_this_user_alone_and_gone_in_the_end() throws Exception {
        var ended = line.type("run", "-no-mask", "-file", "CREDENTIALS=secret/train#note", "--", "sh", "-c",
                "cat \"$CREDENTIALS\" > seen; ls -l \"$CREDENTIALS\" | cut -c1-10 > mode; ls -ld \"$(dirname \"$CREDENTIALS\")\" | cut "
                        + "-c1-10 >> mode; echo \"$CREDENTIALS\" > where");
        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(home.resolve("seen")).hasContent("multi-line-1\nmulti-line-2");
        assertThat(home.resolve("mode")).hasContent("-rw-------\ndrwx------\n");
        var where = Path.of(Files.readString(home.resolve("where")).strip());
        assertThat(where.startsWith(home)).isTrue();
        assertThat(where).doesNotExist();
        assertThat(where.getParent()).doesNotExist();
    }

    @Test
    void a_file_at_a_given_path_is_made_and_removed_and_somebody_elses_is_left_alone() throws Exception {
        var mine = home.resolve("list.json");
        assertThat(line.type("run", "-no-mask", "-file", "./list.json=secret/train#list", "--", "cp", "-p", "list.json", "copy").status())
                .isZero();
        assertThat(mine).doesNotExist();
        assertThat(home.resolve("copy")).hasContent("[\"in-the-list\"]");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("copy")))).isEqualTo("rw-------");
        Files.writeString(mine, "precious");
        var refused = line.type("run", "-file", "./list.json=secret/train#list", "-env", "P=database/creds/train#password", "--", "touch",
                "started");
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.err()).contains("is there already");
        assertThat(mine).hasContent("precious");
        assertThat(home.resolve("started")).doesNotExist();
        assertThat(line.server.asked("PUT /v1/sys/leases/revoke")).hasSize(1);
    }

    @Test
    void what_cannot_be_had_is_named_nothing_starts_and_nothing_stays() {
        var ended = line.type("run", "-env", "P=database/creds/train#password", "-env", "K=secret/train#other", "--", "touch", "started");
        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.err()).contains("K: there is no field other at secret/train; there is: api_key, note, list")
                .doesNotContain("canary");
        assertThat(home.resolve("started")).doesNotExist();
        assertThat(line.server.asked("PUT /v1/sys/leases/revoke")).hasSize(1);
        line.server.on("GET /v1/secret/data/train", 403, "{\"errors\":[\"permission denied\"]}");
        assertThat(line.type("run", "-env", "K=secret/train#api_key", "--", "true").err())
                .contains("K: cannot read secret/train: 403 permission denied").contains("watchword token lookup");
    }

    @Test
    void what_is_not_there_is_told_in_words_with_what_may_help() {
        assertThat(line.type("run", "-env", "K=secret/gcp#key", "--", "true").err()).isEqualTo("K: there is no secret at secret/gcp\n");
        line.server.on("GET /v1/sys/internal/ui/mounts/secret/data/gcp", 200, "{\"data\":{\"path\":\"secret/\",\"options\":{\"version\":\"2\"}}}")
                .on("GET /v1/nowhere/x", 404, "{\"errors\":[\"no handler for route\"]}");
        assertThat(line.type("run", "-env", "K=secret/data/gcp#key", "--", "true").err()).contains("to mean secret/gcp, leave out data/");
        assertThat(line.type("run", "-env", "K=nowhere/x#key", "--", "true").err()).contains("K: cannot read nowhere/x: 404")
                .contains("Nothing is mounted there");
        line.server.on("PUT /v1/auth/robots/login", 403, "{\"errors\":[\"permission denied\"]}");
        assertThat(line.type("run", "-method=approle", "-path=robots", "-login=role_id=r", "-env", "K=secret/train#api_key", "--", "true").err())
                .contains("logging in at auth/robots/login: 403 permission denied").contains("There is no auth method at robots/");
    }

    @Test
    void a_value_that_is_too_short_to_be_masked_is_told() {
        line.server.on("GET /v1/secret/data/gcp", 200, "{\"data\":{\"data\":{\"pin\":\"123\",\"empty\":\"\"}}}");
        var ended = line.type("run", "-env", "PIN=secret/gcp#pin", "-env", "E=secret/gcp#empty", "--", "true");
        assertThat(ended.err()).contains("PIN is shorter than 4 characters, and is not masked").doesNotContain("123").doesNotContain("E is");
        assertThat(line.type("run", "-no-mask", "-env", "PIN=secret/gcp#pin", "--", "true").err()).isEmpty();
    }

    @Test
    void what_cannot_be_revoked_is_told() {
        line.server.on("PUT /v1/sys/leases/revoke", 403, "{\"errors\":[\"permission denied\"]}");
        var ended = line.type("run", "-env", "P=database/creds/train#password", "--", "true");
        assertThat(ended.status()).isZero();
        assertThat(ended.err())
                .contains("database/creds/train/1 could not be revoked (403 permission denied); it ends by itself in at most 3600s");
    }

    @Test
    void a_command_that_cannot_start_is_told_as_shells_do() {
        assertThat(line.type("run", "-env", "K=secret/train#api_key", "--", "no-such-command").status()).isEqualTo(127);
        assertThat(line.type("run", "-env", "K=secret/train#api_key", "--", line.file("data", "x")).status()).isEqualTo(126);
        assertThat(line.type("run", "-env", "K=secret/train#api_key", "--", line.file("data", "x")).err()).contains("Permission denied");
        line.server.on("GET /v1/secret/data/gcp", 200, "{\"data\":{\"data\":{\"large\":\"" + "x".repeat(3 << 20) + "\"}}}");
        var tooLarge = line.type("run", "-env", "K=secret/gcp#large", "--", "true");
        assertThat(tooLarge.status()).isEqualTo(126);
        assertThat(tooLarge.err()).contains("-file").hasSizeLessThan(200);
        assertThat(line.type("run", "-env", "K=secret/train#api_key").status()).isEqualTo(1);
        assertThat(line.type("run", "--", "true").err()).contains("nothing to fetch");
        assertThat(line.type("run", "-login", "role_id=x", "-env", "K=secret/train#api_key", "true").err()).contains("-method");
    }

    @Test
    void a_flag_after_the_command_is_the_commands() {
        assertThat(line.type("run", "-env", "K=secret/train#api_key", "sh", "-c", "echo $0 $1", "-env", "-x").out()).isEqualTo("-env -x\n");
    }
}
