package watchword.core.audit.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import watchword.testkit.Property;

class ChainTest {
    private static final byte[] OPEN = "{\"a\":1".getBytes(StandardCharsets.US_ASCII);

    private static String text(LineBatch batch) {
        return new String(batch.bytes(), 0, batch.length(), StandardCharsets.US_ASCII);
    }

    @Test
    void a_line_names_the_hash_of_the_one_before() {
        var chain = new Chain(Logs.CHAIN, Logs.KEY, ChainHead.START, new byte[0]);
        var batch = new LineBatch();
        chain.link(batch, OPEN);
        chain.link(batch, OPEN);
        chain.commit(2);
        var first = "{\"a\":1,\"seq\":1,\"prev\":\"" + "0".repeat(64) + "\"}";
        var hash = Hashes.hash(first.getBytes(StandardCharsets.US_ASCII), 0, first.length());
        assertThat(text(batch)).isEqualTo(first + "\n{\"a\":1,\"seq\":2,\"prev\":\"" + hash + "\"}\n");
        assertThat(chain.head().seq()).isEqualTo(2);
    }

    @Test
    void what_was_not_written_leaves_no_hole() {
        var chain = new Chain(Logs.CHAIN, Logs.KEY, ChainHead.START, new byte[0]);
        var batch = new LineBatch();
        for (int i = 0; i < 5; i++) chain.link(batch, OPEN);
        chain.commit(2);
        chain.rollBack();
        var two = chain.head();
        batch.clear();
        chain.link(batch, OPEN);
        assertThat(text(batch)).isEqualTo("{\"a\":1,\"seq\":3,\"prev\":\"" + two.hash() + "\"}\n");
    }

    @Test
    void the_tail_is_read_only_in_its_one_form() {
        var prev = "\",\"prev\":\"" + "0".repeat(64) + "\"}";
        assertThat(tail("{\"a\":\"x" + "\",\"seq\":17" + prev.substring(1))).isEqualTo(new ChainTail(17, "0".repeat(64)));
        for (var wrong : List.of("", "{}", "{\"seq\":1}", "{\"a\":\"\",\"seq\":017" + prev.substring(1), "{\"a\":\"\",\"seq\":-1" + prev.substring(1),
                "{\"a\":\"\",\"seq\":" + prev.substring(1), "{\"a\":\"\",\"seq\": 1" + prev.substring(1), "{\"a\":\"\",\"seq\":1,\"prev\":\"" + "A".repeat(64) + "\"}",
                "{\"a\":\"\",\"seq\":1,\"prev\":\"" + "0".repeat(63) + "\"}", "{\"a\":\"\",\"seq\":1" + prev.substring(1) + " ", "{\"a\":\"\",\"seq\":1234567890123456789" + prev.substring(1))) {
            assertThat(tail(wrong)).as(wrong).isNull();
        }
    }

    private static @org.jspecify.annotations.Nullable ChainTail tail(String line) {
        var bytes = line.getBytes(StandardCharsets.US_ASCII);
        return ChainTail.of(bytes, 0, bytes.length);
    }

    /** Roots of 0 to 8 leaves, the entries of the tests of Certificate Transparency; computed with the recursion of RFC 6962 section 2.1. */
    @Test
    void the_root_is_that_of_rfc_6962() {
        var entries = List.of("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f");
        var roots = List.of("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
        var tree = new MerkleTree();
        assertThat(Hashes.hex(tree.root())).isEqualTo(roots.getFirst());
        for (int i = 0; i < entries.size(); i++) {
            tree.add(HexFormat.of().parseHex(entries.get(i)));
            assertThat(Hashes.hex(tree.root())).isEqualTo(roots.get(i + 1));
        }
    }

    @Test
    void the_growing_tree_has_the_root_of_the_recursion() {
        Property.holds(60, random -> {
            var entries = new ArrayList<byte[]>();
            var tree = new MerkleTree();
            for (int i = random.nextInt(70); i > 0; i--) {
                var entry = new byte[32];
                random.nextBytes(entry);
                entries.add(entry);
                tree.add(entry);
            }
            assertThat(tree.root()).isEqualTo(recursively(entries));
        });
    }

    private static byte[] recursively(List<byte[]> entries) {
        var sha = Hashes.sha256();
        if (entries.isEmpty()) return sha.digest();
        if (entries.size() == 1) {
            sha.update((byte) 0);
            return sha.digest(entries.getFirst());
        }
        int split = Integer.highestOneBit(entries.size() - 1);
        sha.update((byte) 1);
        sha.update(recursively(entries.subList(0, split)));
        return sha.digest(recursively(entries.subList(split, entries.size())));
    }

    @Test
    void the_end_of_a_log_is_where_its_chain_goes_on() {
        Property.holds(200, random -> {
            var log = Logs.of(1 + random.nextInt(20), 2 + random.nextInt(5));
            for (int i = random.nextInt(4); i > 0; i--) log.add("behind");
            var bytes = log.bytes();
            var whole = LogEnd.of(bytes, bytes.length, true);
            assertThat(whole.last()).isEqualTo(log.head());
            assertThat(whole.isTorn() || whole.lacksLineEnd()).isFalse();
            assertThat(whole.sinceCheckpoint()).hasSize((int) log.chain.linesSinceCheckpoint() * 32);
            // wherever a crash cut it, the chain goes on from the last whole line
            int cut = random.nextInt(bytes.length + 1);
            var torn = LogEnd.of(bytes, cut, true);
            int lines = 0;
            int length = 0;
            while (lines < log.lines().size() && length + log.lines().get(lines).length - 1 <= cut) length += log.lines().get(lines++).length;
            assertThat(torn.last().seq()).isEqualTo(lines);
            assertThat(torn.tornBytes()).isEqualTo(Math.max(cut - length, 0));
        });
    }

    @Test
    void a_head_survives_as_text() {
        var head = new ChainHead(17, "ab".repeat(32));
        assertThat(ChainHead.parse(head.toString())).isEqualTo(head);
    }
}
