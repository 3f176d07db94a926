package watchword.core.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import watchword.core.json.Json;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.storage.MemoryStorage;
import watchword.testkit.TestClock;

class SystemMountsTest {
    private final MemoryStorage storage = new MemoryStorage();
    private final Mounts mounts =
            new Mounts(new Engines(EngineCatalog.builder().build(), new TestClock(), new SecureRandom(), (_, _) -> Secret.copyOf("")), new SecureRandom(), Duration.ofDays(1), Duration.ofDays(1));

    private List<MountEntry> all() {
        return storage.<List<MountEntry>>read(store -> mounts.table(store).entries());
    }

    @Test
    void a_store_of_an_older_version_gets_the_mounts_that_it_lacks_and_keeps_the_others_as_they_are() {
        storage.update(mounts::createSystemMounts);
        var whole = all();
        assertThat(whole).extracting(MountEntry::path).containsExactly("auth/token/", "cubbyhole/", "identity/", "sys/");
        storage.update(SystemMountsTest::forgetIdentity);
        var older = all();
        assertThat(older).hasSize(3);
        assertThat(storage.<Boolean>read(mounts::hasSystemMounts)).isFalse();

        storage.update(mounts::createSystemMounts);

        assertThat(storage.<Boolean>read(mounts::hasSystemMounts)).isTrue();
        assertThat(all()).containsAll(older).extracting(MountEntry::path).contains("identity/");
        var now = all();
        storage.update(mounts::createSystemMounts);
        assertThat(all()).isEqualTo(now);
    }

    private static void forgetIdentity(Storage.Writer store) {
        var row = Json.parseTrusted(store.get("core/mounts").orElseThrow());
        var entries = row instanceof Map<?, ?> map && map.get("entries") instanceof List<?> list ? list : List.of();
        var kept = entries.stream().filter(each -> !"identity".equals(((Map<?, ?>) each).get("type"))).toList();
        store.put("core/mounts", Json.write(Map.of("entries", kept)));
    }
}
