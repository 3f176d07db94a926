package watchword.cli.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.client.Token;

final class TokenFileTest {
    @TempDir
    Path home;

    @Test
    void a_token_is_kept_for_its_user_alone_whoever_could_read_the_file_before() throws Exception {
        var path = home.resolve(".vault-token");
        Files.writeString(path, "old");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
        var file = new TokenFile(path);
        file.write(Token.of("canary"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path))).isEqualTo("rw-------");
        assertThat(file.read().reveal()).isEqualTo("canary");
        try (var left = Files.list(home)) {
            assertThat(left).containsExactly(path);
        }
    }

    @Test
    void a_link_is_replaced_and_what_it_named_is_left_alone() throws Exception {
        var other = Files.writeString(home.resolve("other"), "somebody's");
        var path = Files.createSymbolicLink(home.resolve(".vault-token"), other);
        new TokenFile(path).write(Token.of("canary"));
        assertThat(other).hasContent("somebody's");
        assertThat(Files.isSymbolicLink(path)).isFalse();
    }

    @Test
    void no_file_is_no_token_and_an_unreadable_one_is_told() throws Exception {
        assertThat(new TokenFile(home.resolve("none")).read().isPresent()).isFalse();
        assertThatThrownBy(() -> new TokenFile(home).read()).hasMessageContaining("cannot read the token");
        assertThatThrownBy(() -> new TokenFile(home.resolve("no/such/folder")).write(Token.of("canary"))).isInstanceOf(UsageException.class)
                .hasMessageContaining("-no-store").hasMessageNotContaining("canary");
    }
}
