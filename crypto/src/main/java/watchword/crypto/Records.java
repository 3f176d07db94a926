package watchword.crypto;

import java.security.SecureRandom;
import java.util.Optional;

/** The record format of {@code spec/barrier-record.md}: version, term, nonce, ciphertext, tag. Version and term are authenticated. */
final class Records {
    static final byte VERSION = 1;
    static final int HEADER_BYTES = 5;

    private Records() {}

    static byte[] encrypt(Aead key, int term, byte[] name, byte[] value, SecureRandom random) {
        var record = new byte[HEADER_BYTES + Aead.NONCE_BYTES + value.length + Aead.TAG_BYTES];
        record[0] = VERSION;
        for (int at = 0; at < 4; at++) record[1 + at] = (byte) (term >>> (24 - 8 * at));
        key.encrypt(value, name, record, HEADER_BYTES, random);
        return record;
    }

    static Optional<byte[]> decrypt(Aead key, byte[] name, byte[] record) {
        return key.decrypt(record, HEADER_BYTES, name);
    }

    /** The term a record says it is of; -1 if it is no record. */
    static int term(byte[] record) {
        if (record.length < HEADER_BYTES + Aead.NONCE_BYTES + Aead.TAG_BYTES || record[0] != VERSION) return -1;
        int term = 0;
        for (int at = 1; at < HEADER_BYTES; at++) term = term << 8 | (record[at] & 0xff);
        return term;
    }
}
