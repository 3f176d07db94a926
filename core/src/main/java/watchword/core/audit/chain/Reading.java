package watchword.core.audit.chain;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One pass over a log. One thread. */
final class Reading {
    /** After so many findings the rest would tell no more. */
    private static final int MAX_FINDINGS = 1000;

    private final AuditVerify wanted;
    private final MessageDigest sha = Hashes.sha256();
    private final List<Finding> findings = new ArrayList<>();
    private final Uncovered uncovered = new Uncovered();
    private Optional<String> chain = Optional.empty();
    private String file = "";
    private long lines;
    private long firstSeq;
    private long checkpoints;
    private @Nullable Place head;
    private @Nullable Strange strange;

    /** A line of the chain, and where it stands. */
    private record Place(ChainHead head, String file, long line) {}

    Reading(AuditVerify wanted) {
        this.wanted = wanted;
    }

    void read(String name, LogLines log) throws IOException {
        file = name;
        while (log.next()) {
            lines++;
            var tail = ChainTail.of(log.bytes(), log.start(), log.end());
            if (tail != null) line(log, tail);
            else if (strange == null) strange = new Strange(file, log);
            else strange.add(log);
            if (tail != null && !log.hasLineEnd()) broken(log.number(), "the last line lacks its line end: cut off, or still being written");
        }
    }

    // ---- the chain ----

    private void line(LogLines log, ChainTail tail) {
        sha.update(log.bytes(), log.start(), log.end() - log.start());
        var hash = sha.digest();
        var between = strange;
        strange = null;
        if (between != null && !isExplained(between, log, tail)) {
            add(Finding.Kind.BROKEN, between.file(), between.line(), between.count() == 1 ? "not a line of the chain: changed or added"
                    : between.count() + " lines from here on are not of the chain: changed or added");
        }
        if (head == null) begins(log.number(), tail, between);
        else follows(head, log.number(), tail, between == null ? 0 : between.count());
        head = new Place(new ChainHead(tail.seq(), Hashes.hex(hash)), file, log.number());
        checkKnown(head);
        if (!LineFields.isOfKnownType(log.bytes(), log.start(), log.end())) broken(log.number(), "not of a type that there is: changed or added");
        if (LineFields.isOfType(log.bytes(), log.start(), log.end(), Checkpoint.TYPE)) {
            checkpoint(log, tail);
            uncovered.clear();
        } else {
            uncovered.add(tail.seq(), hash);
            if (LineFields.isOfType(log.bytes(), log.start(), log.end(), Mark.TYPE)) mark(log);
        }
    }

    /** Lines outside the chain are all right where a mark owns up to them, and before the chain began. */
    private boolean isExplained(Strange between, LogLines log, ChainTail tail) {
        if (head == null && tail.seq() == 1) return tail.prev().equals(between.lastHash());
        if (!LineFields.isOfType(log.bytes(), log.start(), log.end(), Mark.TYPE)) return false;
        var mark = LineFields.flat(log.bytes(), log.start(), log.end());
        return Mark.TORN.equals(mark.get("mark")) && LineFields.number(mark, "bytes") == between.bytes() && between.hash().equals(mark.get("hash"));
    }

    private void begins(long line, ChainTail tail, @Nullable Strange before) {
        firstSeq = tail.seq();
        if (firstSeq > 1) {
            noted(line, "the log begins with line " + firstSeq + " of its chain; what came before is not here");
        } else if (before != null) {
            noted(line, "the chain begins here; nothing vouches for the " + before.count() + " lines before");
        } else if (!tail.prev().equals(ChainHead.START.hash())) {
            broken(line, "the chain begins here, yet it names a line before: removed");
        }
    }

    private void follows(Place before, long line, ChainTail tail, long strangeLines) {
        long expected = before.head().seq() + 1;
        long missing = tail.seq() - expected;
        if (missing > 0 && missing != strangeLines) {
            broken(line, missing == 1 ? "line " + expected + " of the chain is missing before this one"
                    : "lines " + expected + " to " + (tail.seq() - 1) + " of the chain are missing before this one");
        } else if (missing < 0) {
            broken(line, "line " + tail.seq() + " of the chain stands behind line " + before.head().seq() + ": moved, repeated or added");
        } else if (missing == 0 && !tail.prev().equals(before.head().hash())) {
            add(Finding.Kind.BROKEN, before.file(), before.line(), "line " + before.head().seq() + " of the chain was changed: the next line names another hash");
        }
    }

    private void checkKnown(Place now) {
        wanted.known().filter(known -> known.seq() == now.head().seq() && !known.equals(now.head()))
                .ifPresent(known -> broken(now.line(), "line " + known.seq() + " of the chain is not the one that was known"));
    }

    // ---- checkpoints and marks ----

    private void checkpoint(LogLines log, ChainTail tail) {
        var read = Checkpoint.read(log.bytes(), log.start(), log.end(), tail);
        if (read.isEmpty()) {
            broken(log.number(), "not in the form of a checkpoint: changed");
            return;
        }
        var checkpoint = read.get();
        sameChain(log.number(), checkpoint.chain());
        boolean holds = rootHolds(log.number(), checkpoint, tail) & signatureHolds(log.number(), checkpoint, new ChainHead(tail.seq() - 1, tail.prev()));
        if (holds) checkpoints++;
    }

    private boolean rootHolds(long line, Checkpoint checkpoint, ChainTail tail) {
        if (checkpoint.first() + checkpoint.lines() != tail.seq() || checkpoint.lines() < 0) {
            broken(line, "the checkpoint counts lines wrongly");
            return false;
        }
        if (checkpoint.first() < firstSeq || uncovered.isTooLong()) {
            noted(line, "the checkpoint covers lines from " + checkpoint.first() + " on, not all of which are here; its root is not checked");
            return true;
        }
        if (checkpoint.lines() > 0 && checkpoint.first() > uncovered.first()) {
            noted(line, "no root covers lines " + uncovered.first() + " to " + (checkpoint.first() - 1) + ": the server ended without a checkpoint; the chain covers them");
        }
        if (uncovered.root(checkpoint.first(), checkpoint.lines()).filter(checkpoint.root()::equals).isPresent()) return true;
        broken(line, "the checkpoint's root is not that of lines " + checkpoint.first() + " to " + (tail.seq() - 1));
        return false;
    }

    private boolean signatureHolds(long line, Checkpoint checkpoint, ChainHead before) {
        if (wanted.keys().isEmpty()) return true;
        var key = wanted.keys().stream().filter(k -> CheckpointKey.id(k).equals(checkpoint.keyId())).findFirst();
        if (key.isPresent() && checkpoint.isSignedBy(key.get(), before)) return true;
        broken(line, key.isPresent() ? "the checkpoint's signature is wrong" : "the checkpoint is signed by key " + checkpoint.keyId() + ", which was not given");
        return false;
    }

    private void mark(LogLines log) {
        var mark = LineFields.flat(log.bytes(), log.start(), log.end());
        sameChain(log.number(), mark.getOrDefault("chain", ""));
        switch (mark.getOrDefault("mark", "")) {
            case Mark.GAP -> noted(log.number(), "this device missed " + mark.get("missed") + " lines from " + mark.get("since") + " on: " + mark.get("reason"));
            case Mark.TORN -> noted(log.number(), "a crash left " + mark.get("bytes") + " bytes of an unfinished write before this line");
            case Mark.REPLACED -> noted(log.number(), "the file was deleted, replaced or cut while it was written");
            case Mark.REWOUND -> noted(log.number(), "the server found the log ending at " + mark.get("found") + ", earlier than it remembered");
            default -> {}
        }
    }

    private void sameChain(long line, String id) {
        if (chain.isPresent() && !chain.get().equals(id)) broken(line, "this line is of chain " + id + ", those before of chain " + chain.get());
        chain = Optional.of(id);
    }

    // ---- the end ----

    AuditVerify.Report report() {
        if (strange != null) add(Finding.Kind.BROKEN, strange.file(), strange.line(), "the log ends in " + strange.count() + " lines that are not of the chain: cut off, changed or added");
        var end = head == null ? ChainHead.START : head.head();
        wanted.known().ifPresent(known -> {
            if (end.seq() < known.seq()) add(Finding.Kind.BROKEN, file, lines == 0 || head == null ? 0 : head.line(),
                    "the log was cut off: it ends with line " + end.seq() + " of the chain, and line " + known.seq() + " was known");
            else if (known.seq() > 0 && known.seq() < firstSeq) noted(1, "the known head is of an earlier part of the log and was not checked");
        });
        return new AuditVerify.Report(List.copyOf(findings), lines, end, checkpoints, uncovered.lines());
    }

    private void broken(long line, String what) {
        add(Finding.Kind.BROKEN, file, line, what);
    }

    private void noted(long line, String what) {
        add(Finding.Kind.NOTED, file, line, what);
    }

    private void add(Finding.Kind kind, String where, long line, String what) {
        if (findings.size() < MAX_FINDINGS || (kind == Finding.Kind.BROKEN && findings.stream().allMatch(f -> f.kind() == Finding.Kind.NOTED))) {
            findings.add(new Finding(kind, where, line, what));
        }
    }
}
