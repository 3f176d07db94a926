package watchword.core.barrier;

import watchword.sdk.Storage;

/** A writing transaction of the storage below, seen in clear. */
final class EncryptingWriter extends DecryptingReader implements Storage.Writer {
    private final Storage.Writer tx;

    EncryptingWriter(KeyHold hold, Storage.Writer tx) {
        super(hold, tx);
        this.tx = tx;
    }

    @Override
    public void put(String key, byte[] value) {
        tx.put(allowed(key), hold.encrypt(key, value));
    }

    @Override
    public void delete(String key) {
        hold.keys(); // no transaction may go on without them: the store below may be another by now
        tx.delete(allowed(key));
    }
}
