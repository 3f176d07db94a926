package watchword.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import watchword.cli.line.UsageException;
import watchword.cli.run.RunPlan.NamedFile;
import watchword.cli.run.RunPlan.PrivateFile;
import watchword.cli.run.RunPlan.Source;
import watchword.cli.run.RunPlan.Variable;

final class RunPlanTest {
    private static RunPlan plan(String text) throws UsageException {
        return new RunPlan.Builder().text(text, "job.run").build();
    }

    @Test
    void a_small_file_names_variables_files_and_a_login() throws Exception {
        var plan = plan("""
                # what the job needs

                login approle -path=robots role_id=r-1 secret_id=@/run/secret-id
                API_KEY=secret/train#api_key
                  DB_PASSWORD = /database/creds/train # password
                file GOOGLE_APPLICATION_CREDENTIALS=secret/gcp#key
                file ./tls.key=pki/issue/a#b#private_key
                """);
        assertThat(plan.wanted()).containsExactly(
                java.util.Map.entry(new Variable("API_KEY"), new Source("secret/train", "api_key")),
                java.util.Map.entry(new Variable("DB_PASSWORD"), new Source("database/creds/train", "password")),
                java.util.Map.entry(new PrivateFile("GOOGLE_APPLICATION_CREDENTIALS"), new Source("secret/gcp", "key")),
                java.util.Map.entry(new NamedFile("./tls.key"), new Source("pki/issue/a#b", "private_key")));
        var login = plan.login().orElseThrow();
        assertThat(login.method()).isEqualTo("approle");
        assertThat(login.mount()).isEqualTo("robots");
        assertThat(login.fields()).containsEntry("role_id", "r-1").containsEntry("secret_id", "@/run/secret-id");
    }

    @Test
    void flags_win_over_lines() throws Exception {
        var plan = new RunPlan.Builder().text("A=secret/a#one\nlogin jwt role=x jwt=@t", "f").variables(List.of("A=secret/b#two"))
                .login(RunLogin.of("userpass", "people/", List.of("username=u", "password=env:P"), "-login")).build();
        assertThat(plan.wanted()).containsOnly(java.util.Map.entry(new Variable("A"), new Source("secret/b", "two")));
        assertThat(plan.login().orElseThrow().mount()).isEqualTo("people");
        assertThat(plan.login().orElseThrow().variables()).containsExactly("P");
    }

    @Test
    void what_two_flags_name_is_a_mistake() {
        assertThatThrownBy(() -> new RunPlan.Builder().variables(List.of("A=secret/a#one", "A=secret/b#two"))).isInstanceOf(UsageException.class)
                .hasMessage("-env A was given twice");
        assertThatThrownBy(() -> new RunPlan.Builder().files(List.of("A=secret/a#one", "A=secret/b#two"))).hasMessage("-file A was given twice");
    }

    @Test
    void what_is_wrong_is_told_with_its_line() {
        assertThatThrownBy(() -> plan("\nA=secret/a")).isInstanceOf(UsageException.class).hasMessage("job.run:2: expected NAME=path#field");
        assertThatThrownBy(() -> plan("A B=secret/a#c")).hasMessageContaining("\"A B\" cannot name a variable");
        assertThatThrownBy(() -> plan("1A=secret/a#c")).hasMessageContaining("cannot name a variable");
        assertThatThrownBy(() -> plan("=secret/a#c")).hasMessageContaining("expected NAME=path#field");
        assertThatThrownBy(() -> plan("A=#c")).hasMessageContaining("expected NAME=path#field");
        assertThatThrownBy(() -> plan("A=secret/a#")).hasMessageContaining("expected NAME=path#field");
        assertThatThrownBy(() -> plan("file a-b=secret/a#c")).hasMessageContaining("neither a path");
        assertThatThrownBy(() -> plan("A=s/a#c\nfile A=s/a#c")).hasMessageContaining("both as a value and as a file");
        assertThatThrownBy(() -> plan("# nothing")).hasMessageContaining("nothing to fetch");
    }

    @Test
    void a_secret_of_a_login_stands_neither_in_the_file_nor_on_the_command_line() {
        for (var key : List.of("secret_id", "password", "jwt", "token")) {
            assertThatThrownBy(() -> plan("login approle role_id=r " + key + "=canary")).isInstanceOf(UsageException.class)
                    .hasMessageContaining(key).hasMessageNotContaining("canary");
        }
        assertThatThrownBy(() -> plan("login approle canary")).isInstanceOf(UsageException.class).hasMessageNotContaining("canary");
    }
}
