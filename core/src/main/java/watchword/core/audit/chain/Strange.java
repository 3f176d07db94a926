package watchword.core.audit.chain;

import java.security.MessageDigest;

/** Lines in a row that are not of the chain: how many, how long, and their hash, for a mark may own up to them. One thread. */
final class Strange {
    private final MessageDigest sha = Hashes.sha256();
    private final String file;
    private final long line;
    private String lastHash = "";
    private long count;
    private long bytes;

    Strange(String file, LogLines log) {
        this.file = file;
        this.line = log.number();
        add(log);
    }

    final void add(LogLines log) {
        if (count > 0) {
            sha.update((byte) '\n');
            bytes++;
        }
        sha.update(log.bytes(), log.start(), log.end() - log.start());
        bytes += log.end() - log.start();
        lastHash = Hashes.hash(log.bytes(), log.start(), log.end());
        count++;
    }

    String file() {
        return file;
    }

    /** Of the first of them. */
    long line() {
        return line;
    }

    long count() {
        return count;
    }

    /** With the line ends between them, without the last. */
    long bytes() {
        return bytes;
    }

    /** Of all of them; to be asked once, at the end. */
    String hash() {
        return Hashes.hex(sha.digest());
    }

    String lastHash() {
        return lastHash;
    }
}
