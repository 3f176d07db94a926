package watchword.core.audit.chain;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A log in memory, for tests. */
final class Logs {
    static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    static final CheckpointKey KEY = CheckpointKey.generate(new java.security.SecureRandom());
    static final String CHAIN = "c0ffee";

    final Chain chain;
    private final LineBatch batch = new LineBatch();
    private final List<byte[]> lines = new ArrayList<>();

    Logs() {
        this(new Chain(CHAIN, KEY, ChainHead.START, new byte[0]));
    }

    Logs(Chain chain) {
        this.chain = chain;
    }

    Logs add(String what) {
        return open(("{\"time\":\"" + NOW + "\",\"type\":\"request\",\"what\":\"" + what + "\"").getBytes(StandardCharsets.US_ASCII));
    }

    Logs open(byte[] open) {
        chain.link(batch, open);
        chain.commit(1);
        return keep();
    }

    Logs checkpoint() {
        chain.linkCheckpoint(batch, NOW);
        chain.commitCheckpoint();
        return keep();
    }

    private Logs keep() {
        lines.add(Arrays.copyOf(batch.bytes(), batch.length()));
        batch.clear();
        return this;
    }

    /** Lines from 1 on, with a checkpoint now and then, and one at the end. */
    static Logs of(int count, int checkpointEvery) {
        var log = new Logs();
        for (int i = 1; i < count; i++) {
            if (i % checkpointEvery == 0) log.checkpoint();
            else log.add("line " + i);
        }
        return log.checkpoint();
    }

    List<byte[]> lines() {
        return lines;
    }

    byte[] bytes() {
        return join(lines);
    }

    static byte[] join(List<byte[]> lines) {
        var all = new java.io.ByteArrayOutputStream();
        lines.forEach(all::writeBytes);
        return all.toByteArray();
    }

    ChainHead head() {
        return chain.head();
    }
}
