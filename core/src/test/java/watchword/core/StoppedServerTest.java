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
import watchword.storage.CachedStorage;
import watchword.storage.MemoryStorage;
import watchword.testkit.TestClock;

/** What a server answers when its store has failed: for good, or for a while. */
class StoppedServerTest {

    /** @param reads whether reads fail, too */
    private record Failing(Storage real, AtomicBoolean fails, boolean reads) implements Storage {
        private void look() {
            if (fails.get()) throw new StorageException("no answer from db.internal:5432", false, null, "its database cannot be reached");
        }

        @Override
        public <T extends @Nullable Object> T read(Function<Reader, T> work) {
            if (reads) look();
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
        try (var server = new Server(new Failing(new MemoryStorage(), fails, true), options, new SecureRandom(), clock)) {
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

    /** Number 88 of the vulnerability list. */
    @Test
    void what_could_not_be_revoked_is_not_said_to_be_and_is_when_tried_again() {
        var fails = new AtomicBoolean();
        var clock = new TestClock();
        var info = new ServerInfo("0", "1.18.5", "test", "id", "memory", "http://127.0.0.1", clock.instant(), Duration.ofHours(768), Duration.ofHours(768));
        var options = new Server.Options(info, EngineCatalog.builder().build(), TestServer.seal(), Optional.empty(), List.of(), store -> new CachedStorage(store, 1 << 20));
        try (var server = new Server(new Failing(new MemoryStorage(), fails, false), options, new SecureRandom(), clock)) {
            var test = TestServer.of(server, clock, server.initialize(TestServer.init(), Optional.empty()).first().reveal());
            test.write(test.root, "auth/token/roles/r", "allowed_policies", "default", "allowed_entity_aliases", "*");
            var token = test.write(test.root, "auth/token/create/r", "entity_alias", "ada").token();
            var facts = test.read(token, "auth/token/lookup-self").part("data");
            var entity = "identity/entity/id/" + facts.get("entity_id");
            fails.set(true);
            var tries = List.of(test.write(test.root, "auth/token/revoke", "token", token), test.write(test.root, "auth/token/revoke-accessor", "accessor", String.valueOf(facts.get("accessor"))),
                    test.write(test.root, "auth/token/revoke-orphan", "token", token), test.write(token, "auth/token/revoke-self"), test.write(test.root, "sys/leases/revoke-prefix/auth/token/create/r"),
                    test.write(test.root, entity, "disabled", true), test.delete(test.root, entity));
            assertThat(tries).allSatisfy(answer -> assertThat(answer.status()).isEqualTo(500));
            assertThat(test.read(token, "auth/token/lookup-self").status()).as("it is as it was").isEqualTo(200);
            assertThat(test.list(test.root, "auth/token/accessors").body().toString()).contains(String.valueOf(facts.get("accessor")));
            fails.set(false);
            assertThat(test.write(test.root, entity, "disabled", true).status()).isEqualTo(204);
            assertThat(test.read(token, "auth/token/lookup-self").status()).isEqualTo(403);
            assertThat(test.write(test.root, "auth/token/revoke", "token", token).status()).isEqualTo(204);
            assertThat(test.list(test.root, "auth/token/accessors").body().toString()).doesNotContain(String.valueOf(facts.get("accessor")));
        }
    }
}
