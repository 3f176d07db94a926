package watchword.core.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import watchword.core.TestServer;
import watchword.core.ToyEngine;
import watchword.sdk.Storage;
import watchword.storage.FaultyStorage;

/** Numbers 66 and 93: of a namespace that was removed nothing is left, whatever happened on the way, and there is never half of one. */
class NamespaceRemovalTest {

    @BeforeEach
    void no_keys_are_alive() {
        ToyEngine.ALIVE.clear();
        ToyEngine.STUCK.clear();
    }

    private static TestServer withTeam() {
        var it = TestServer.start();
        it.write(it.root, "sys/namespaces/team");
        var team = it.in("team/");
        team.policy("admin", "path \"*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\", \"list\", \"sudo\"] }");
        team.write(it.root, "sys/mounts/toy", "type", "toy");
        var admin = team.write(it.root, "auth/token/create", "policies", List.of("admin"), "ttl", "1h").token();
        team.write(admin, "cubbyhole/x", "y", "z");
        for (int i = 0; i < 3; i++) team.read(admin, "toy/creds/r" + i);
        team.read(it.root, "toy/creds/of-root");
        assertThat(ToyEngine.ALIVE).hasSize(4);
        return it;
    }

    private static long rows(Storage storage, String id) {
        return storage.<Integer>read(store -> store.scan("core/namespace/" + id + "/", "", 10_000).size());
    }

    @Test
    void what_it_issued_is_revoked_and_what_it_kept_is_gone() {
        var it = withTeam();
        var id = it.read(it.root, "sys/namespaces/team").data("id").toString();
        var all = it.storage.<Integer>read(store -> store.scan("core/", "", 10_000).size());
        assertThat(rows(it.storage, id)).isGreaterThan(10);
        assertThat(it.delete(it.root, "sys/namespaces/team").status()).isEqualTo(204);
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(rows(it.storage, id)).isZero();
        var left = it.storage.<List<String>>read(store -> store.scan("core/", "", 10_000).stream().map(Storage.Entry::key).filter(key -> key.contains(id)).toList());
        assertThat(left).containsExactly("core/namespace-ids/" + id);
        assertThat(all).isGreaterThan(10);
        it.write(it.root, "sys/namespaces/team");
        assertThat(it.read(it.root, "sys/namespaces/team").data("id")).isNotEqualTo(id);
        assertThat(it.in("team/").read(it.root, "sys/mounts").part("data")).doesNotContainKey("toy/");
        it.close();
    }

    @Test
    void one_whose_engine_cannot_revoke_stays_and_can_be_helped() {
        var it = withTeam();
        ToyEngine.STUCK.addAll(ToyEngine.ALIVE);
        assertThat(it.delete(it.root, "sys/namespaces/team").status()).isEqualTo(500);
        assertThat(it.read(it.root, "sys/namespaces/team").data("tainted")).isEqualTo("false");
        assertThat(it.in("team/").write(it.root, "sys/leases/revoke-force/toy").status()).isEqualTo(204);
        assertThat(it.delete(it.root, "sys/namespaces/team").status()).isEqualTo(204);
        it.close();
    }

    @ParameterizedTest
    @EnumSource
    void a_crash_anywhere_in_a_removal_leaves_one_that_can_be_removed(FaultyStorage.AtCommit atCommit) {
        boolean through = false;
        for (int n = 1; !through; n += 1 + n / 4) {
            no_keys_are_alive();
            var it = withTeam();
            var id = it.read(it.root, "sys/namespaces/team").data("id").toString();
            it.server.seal();
            var faulty = new FaultyStorage(it.storage, Integer.MAX_VALUE, atCommit);
            var failing = new Failing(faulty);
            var second = it.restartedOn(failing);
            failing.failFrom(new FaultyStorage(it.storage, n, atCommit));
            int status = second.delete(it.root, "sys/namespaces/team").status();
            through = status == 204;
            second.server.seal();
            it.clock.advance(Duration.ofMinutes(3)); // what the one that crashed had taken is free again
            var third = it.restarted();
            assertThat(third.delete(it.root, "sys/namespaces/team").status()).as("after a failure at operation %d", n).isIn(200, 204);
            assertThat(rows(it.storage, id)).as("rows left after a failure at operation %d", n).isZero();
            assertThat(ToyEngine.ALIVE).as("alive after a failure at operation %d", n).isEmpty();
            assertThat(third.write(it.root, "sys/namespaces/team").status()).isEqualTo(200);
            third.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_crash_anywhere_in_a_creation_leaves_all_of_it_or_nothing(FaultyStorage.AtCommit atCommit) {
        boolean through = false;
        for (int n = 1; !through; n += 1 + n / 8) {
            var it = TestServer.start();
            it.server.seal();
            var failing = new Failing(it.storage);
            var second = it.restartedOn(failing);
            failing.failFrom(new FaultyStorage(it.storage, n, atCommit));
            through = second.write(it.root, "sys/namespaces/team").status() == 200;
            second.server.seal();
            var third = it.restarted();
            boolean there = third.read(it.root, "sys/namespaces/team").status() == 200;
            assertThat(there || !through).isTrue();
            assertThat(third.in("team/").read(it.root, "auth/token/roles/x").status()).isEqualTo(404);
            assertThat(third.in("team/").list(it.root, "sys/policies/acl").status()).as("after a failure at operation %d", n).isEqualTo(there ? 200 : 404);
            third.close();
        }
    }

    @Test
    void one_that_was_being_removed_when_the_server_crashed_is_removed_at_the_next_start() {
        var it = withTeam();
        var id = it.read(it.root, "sys/namespaces/team").data("id").toString();
        var second = it.restartedOn(new WatchedStorage(it.storage, key -> {
            if (key.equals("core/namespace/" + id + "/")) throw new Storage.StorageException("the disk failed as the sweep began", false, null);
        }));
        assertThat(second.delete(it.root, "sys/namespaces/team").status()).isEqualTo(500);
        assertThat(second.read(it.root, "sys/namespaces/team").data("tainted")).isEqualTo("true");
        assertThat(second.in("team/").read(it.root, "sys/mounts").status()).isEqualTo(404);
        assertThat(second.write(it.root, "sys/namespaces/team").errors()).isEqualTo(List.of("namespace with that name exists and is currently tainted"));
        second.server.seal();
        var third = it.restarted();
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (third.read(it.root, "sys/namespaces/team").status() == 200) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.yield();
        }
        assertThat(rows(it.storage, id)).isZero();
        assertThat(ToyEngine.ALIVE).isEmpty();
        third.close();
    }

    /** A store that becomes another while the server runs. */
    private static final class Failing implements Storage {
        private volatile Storage now;

        Failing(Storage first) {
            this.now = first;
        }

        void failFrom(Storage other) {
            now = other;
        }

        @Override
        public <T extends @Nullable Object> T read(Function<Reader, T> work) {
            return now.read(work);
        }

        @Override
        public <T extends @Nullable Object> T write(Function<Writer, T> work) {
            return now.write(work);
        }

        @Override
        public void close() {}
    }
}
