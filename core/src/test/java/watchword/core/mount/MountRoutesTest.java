package watchword.core.mount;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import watchword.core.TestServer;

class MountRoutesTest {
    @Test
    void a_type_that_there_is_not_is_refused_with_those_that_there_are() {
        try (var it = TestServer.start()) {
            for (var type : new String[] {"transit", "system", "cubbyhole"}) {
                var refused = it.write(it.root, "sys/mounts/x", "type", type);
                assertThat(refused.status()).isEqualTo(400);
                assertThat(refused.errors().getFirst().toString()).startsWith("plugin not found in the catalog: " + type).contains("(there is: ").contains("toy")
                        .doesNotContain("system,").doesNotContain(", cubbyhole");
            }
            assertThat(it.write(it.root, "sys/auth/x", "type", "token").errors().getFirst().toString()).startsWith("plugin not found in the catalog: token (there is: ");
        }
    }
}
