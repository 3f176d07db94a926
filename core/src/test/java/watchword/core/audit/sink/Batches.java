package watchword.core.audit.sink;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import watchword.core.audit.chain.Chain;
import watchword.core.audit.chain.ChainHead;
import watchword.core.audit.chain.CheckpointKey;
import watchword.core.audit.chain.LineBatch;

/** Lines to write, for tests. */
final class Batches {
    private static final CheckpointKey KEY = CheckpointKey.generate(new SecureRandom());

    final Chain chain;

    Batches() {
        this(ChainHead.START);
    }

    Batches(ChainHead head) {
        this.chain = new Chain("c0ffee", KEY, head, new byte[0]);
    }

    LineBatch of(String... what) {
        var batch = new LineBatch();
        for (var each : what) chain.link(batch, ("{\"time\":\"2030-01-01T00:00:00Z\",\"type\":\"request\",\"what\":\"" + each + "\"").getBytes(StandardCharsets.US_ASCII));
        chain.commit(what.length);
        return batch;
    }

    static String text(LineBatch batch) {
        return new String(batch.bytes(), 0, batch.length(), StandardCharsets.US_ASCII);
    }
}
