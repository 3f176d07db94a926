package watchword.core.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.ToyEngine;
import watchword.sdk.PrefixedStore;
import watchword.sdk.Storage;
import watchword.storage.MemoryStorage;

class NamespaceStoreTest {
    private static final byte[] VALUE = {1};

    private final Storage whole = new MemoryStorage();

    @Test
    void the_part_of_the_root_is_the_store_itself() {
        assertThat(NamespaceStore.of(whole, Namespace.ROOT_ID)).isSameAs(whole);
        whole.<Boolean>read(store -> {
            assertThat(NamespaceStore.view(store, Namespace.ROOT_ID)).isSameAs(store);
            assertThat(NamespaceStore.idOf(store)).isEqualTo(Namespace.ROOT_ID);
            return true;
        });
    }

    @Test
    void each_part_is_reached_from_every_other_and_knows_whose_it_is() {
        NamespaceStore.of(whole, "aaaaaa").update(a -> {
            assertThat(NamespaceStore.idOf(a)).isEqualTo("aaaaaa");
            assertThat(NamespaceStore.view(a, "aaaaaa")).isSameAs(a);
            a.put("x", VALUE);
            NamespaceStore.view(a, "bbbbbb").put("y", VALUE);
            NamespaceStore.view(NamespaceStore.view(a, "bbbbbb"), Namespace.ROOT_ID).put("z", VALUE);
        });
        assertThat(whole.<List<String>>read(store -> store.scan("", "", 10).stream().map(Storage.Entry::key).toList()))
                .containsExactly("core/namespace/aaaaaa/x", "core/namespace/bbbbbb/y", "z");
        NamespaceStore.of(NamespaceStore.of(whole, "aaaaaa"), "bbbbbb").<Boolean>read(b -> {
            assertThat(b.get("y")).isPresent();
            assertThat(b.get("x")).isEmpty();
            return true;
        });
    }

    /** What an engine is handed knows no namespace: it cannot get from its own rows to any other. */
    @Test
    void a_view_of_a_view_leads_nowhere_else() {
        NamespaceStore.of(whole, "aaaaaa").update(a -> {
            var engine = PrefixedStore.view(a, "logical/1/");
            NamespaceStore.view(engine, Namespace.ROOT_ID).put("x", VALUE);
            NamespaceStore.view(engine, "bbbbbb").put("y", VALUE);
        });
        assertThat(whole.<List<String>>read(store -> store.scan("", "", 10).stream().map(Storage.Entry::key).toList())).allMatch(key -> key.startsWith("core/namespace/aaaaaa/logical/1/"));
    }

    @Test
    void a_part_is_a_store_like_any_other() {
        var random = new Random(42);
        var model = new TreeMap<String, Integer>();
        NamespaceStore.of(whole, "bbbbbb").update(other -> other.put("k5", VALUE));
        var part = NamespaceStore.of(whole, "aaaaaa");
        for (int i = 0; i < 300; i++) {
            var key = (random.nextBoolean() ? "k" : "f/k") + random.nextInt(20);
            boolean put = random.nextInt(3) > 0;
            part.update(store -> {
                if (put) store.put(key, VALUE);
                else store.delete(key);
            });
            if (put) model.put(key, 1);
            else model.remove(key);
            int limit = 1 + random.nextInt(10);
            var after = "k" + random.nextInt(20);
            assertThat(part.<List<String>>read(store -> store.scan("", "", 100).stream().map(Storage.Entry::key).toList())).containsExactlyElementsOf(model.keySet());
            assertThat(part.<List<String>>read(store -> store.scan("k", after, limit).stream().map(Storage.Entry::key).toList()))
                    .containsExactlyElementsOf(model.tailMap(after, false).keySet().stream().filter(k -> k.startsWith("k")).limit(limit).toList());
            assertThat(part.<Boolean>read(store -> store.get(key).isPresent())).isEqualTo(put);
            assertThat(part.<List<String>>read(store -> store.list("f/", "", 100))).containsExactlyElementsOf(model.keySet().stream().filter(k -> k.startsWith("f/")).map(k -> k.substring(2)).toList());
        }
    }

    @Test
    void a_request_to_a_mount_of_the_root_looks_up_no_namespace() {
        try (var it = TestServer.start()) {
            it.write(it.root, "sys/namespaces/team");
            it.write(it.root, "sys/mounts/toy", "type", "toy");
            var keys = new ArrayList<String>();
            var here = Thread.currentThread(); // what the server does by itself meanwhile is none of this
            var watched = it.restartedOn(new WatchedStorage(it.storage, key -> {
                if (Thread.currentThread() == here) keys.add(key);
            }));
            keys.clear();
            ToyEngine.ALIVE.clear();
            assertThat(watched.read(watched.root, "toy/creds/x").status()).isEqualTo(200);
            assertThat(watched.read(watched.root, "auth/token/lookup-self").status()).isEqualTo(200);
            assertThat(List.copyOf(keys)).contains("core/mounts").noneMatch(key -> key.startsWith("core/namespace"));
            assertThat(watched.read(watched.root, "team/sys/mounts").status()).isEqualTo(200);
            assertThat(List.copyOf(keys)).contains("core/namespaces");
        }
    }

    @Test
    void names_tell_whose_they_are() {
        assertThat(Namespace.idIn("database/creds/x.y/0123.aBc123")).isEqualTo("aBc123");
        assertThat(Namespace.idIn("database/creds/x.y/0123")).isEqualTo(Namespace.ROOT_ID);
        assertThat(Namespace.idIn("0123")).isEqualTo(Namespace.ROOT_ID);
        assertThat(Namespace.suffixed("0123", "aBc123")).isEqualTo("0123.aBc123");
        assertThat(Namespace.suffixed("0123", Namespace.ROOT_ID)).isEqualTo("0123");
    }
}
