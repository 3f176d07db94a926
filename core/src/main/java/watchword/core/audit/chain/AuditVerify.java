package watchword.core.audit.chain;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * Reads logs back and tells whether they are what was written: no line edited, removed, added or moved, every checkpoint's root and
 * signature right ({@code spec/audit-line.md}). Works on files alone, without a server. What it cannot see without help is that the end
 * was cut off: give it a head that was kept elsewhere.
 *
 * @param known a head of this chain that was kept outside the log
 * @param keys public keys that may have signed; empty to leave signatures unchecked
 */
public record AuditVerify(Optional<ChainHead> known, List<PublicKey> keys) {

    /**
     * What was found.
     *
     * @param findings in the order of the log
     * @param lines all lines read, whatever they are
     * @param head of the last line of the chain; {@link ChainHead#START} when there is none
     * @param checkpoints those whose root holds, and, with keys given, whose signature does
     * @param unsigned lines behind the last such checkpoint: only the chain vouches for them
     */
    public record Report(List<Finding> findings, long lines, ChainHead head, long checkpoints, long unsigned) {
        public boolean isIntact() {
            return findings.stream().allMatch(finding -> finding.kind() == Finding.Kind.NOTED);
        }
    }

    /**
     * Reads files as one log, in the order of their first numbered lines. A name that ends in {@code .gz} is unpacked.
     *
     * @throws IOException when a file cannot be read
     */
    public Report verify(List<Path> files) throws IOException {
        var reading = new Reading(this);
        for (var file : inOrder(files)) {
            try (var in = open(file)) {
                reading.read(file.toString(), new LogLines(in));
            }
        }
        return reading.report();
    }

    private static InputStream open(Path file) throws IOException {
        var in = Files.newInputStream(file);
        return file.toString().endsWith(".gz") ? new BufferedInputStream(new GZIPInputStream(in, 64 << 10)) : in;
    }

    private static List<Path> inOrder(List<Path> files) throws IOException {
        record Begin(Path file, long seq) {}
        var begins = new ArrayList<Begin>(files.size());
        for (var file : files) begins.add(new Begin(file, firstNumber(file)));
        begins.sort(Comparator.comparingLong(Begin::seq));
        return begins.stream().map(Begin::file).toList();
    }

    private static long firstNumber(Path file) throws IOException {
        try (var in = open(file)) {
            var lines = new LogLines(in);
            while (lines.next()) {
                var tail = ChainTail.of(lines.bytes(), lines.start(), lines.end());
                if (tail != null) return tail.seq();
            }
            return Long.MAX_VALUE;
        }
    }
}
