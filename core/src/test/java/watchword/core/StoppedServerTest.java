package watchword.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import watchword.core.mount.EngineCatalog;
import watchword.core.sys.ServerInfo;
import watchword.sdk.Storage;
import watchword.storage.MemoryStorage;
import watchword.testkit.TestClock;

/** What a server answers when its store has failed: for good, or for a while. */
class StoppedServerTest {

    private record Failing(Storage real, AtomicBoolean fails) implements Storage {
        private void look() {
            if (fails.get()) throw new StorageException("no answer from db.internal:5432", false, null, "its database cannot be reached");
        }

        @Override
        public <T extends @Nullable Object> T read(Function<Reader, T> work) {
            look();
            return real.read(work);
        }

        @Override
        public <T extends @Nullable Object> T write(Function<Writer, T> work) {
            look();
            return real.write(work);
        }

        @Override
        public void close() {
            real.close();
        }
    }

    @Test
    void a_server_whose_store_failed_refuses_everything_and_says_why() {
        try (var test = TestServer.start()) {
            test.server.stop("it stopped; restart it");
            var health = test.read("", "sys/health");
            assertThat(health.status()).isEqualTo(503);
            assertThat(health.body()).containsEntry("sealed", true).containsEntry("initialized", true);
            assertThat(health.errors()).hasToString("[the store failed: it stopped; restart it]");
            for (var path : List.of("sys/mounts", "sys/seal-status", "sys/leader", "sys/init", "auth/token/lookup-self")) {
                var answer = test.read(test.root, path);
                assertThat(answer.status()).as(path).isEqualTo(503);
                assertThat(answer.errors()).as(path).hasToString("[the store failed: it stopped; restart it]");
            }
            assertThat(test.write("", "sys/unseal", "key", "00").status()).isEqualTo(503);
            assertThat(test.server.isSealed()).isTrue();
        }
    }

    @Test
    void a_store_that_is_not_there_for_a_while_makes_the_server_unwell_and_no_longer() {
        var fails = new AtomicBoolean();
        var clock = new TestClock();
        var info = new ServerInfo("0", "1.18.5", "test", "id", "memory", "http://127.0.0.1", clock.instant(), Duration.ofHours(768), Duration.ofHours(768));
        var options = new Server.Options(info, EngineCatalog.builder().build(), TestServer.seal(), Optional.empty(), List.of(), store -> store);
        try (var server = new Server(new Failing(new MemoryStorage(), fails), options, new SecureRandom(), clock)) {
            var root = server.initialize(TestServer.init(), Optional.empty()).first().reveal();
            var test = TestServer.of(server, clock, root);
            fails.set(true);
            var health = test.read("", "sys/health");
            assertThat(health.status()).isEqualTo(503);
            assertThat(health.errors()).hasToString("[the store failed: its database cannot be reached]");
            var read = test.read(root, "sys/mounts");
            assertThat(read.status()).isEqualTo(500);
            assertThat(read.errors().toString()).contains("its database cannot be reached").doesNotContain("db.internal");
            fails.set(false);
            assertThat(test.read("", "sys/health").status()).isEqualTo(200);
            assertThat(test.read(root, "sys/mounts").status()).isEqualTo(200);
        }
    }
}
