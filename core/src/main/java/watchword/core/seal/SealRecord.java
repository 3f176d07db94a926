package watchword.core.seal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Function;
import watchword.core.barrier.Barrier;
import watchword.sdk.Storage;

/**
 * How the root key is kept, and the root key so kept ({@code spec/barrier-record.md}). All but the key can be read without it, for status,
 * and none of it changed without losing the key.
 *
 * @param type {@code shamir}, or the type of an {@link AutoSeal}
 * @param keyId the auto-seal's key; empty for {@code shamir}
 * @param unseal how the unseal key was split; none with an auto-seal
 * @param recovery how the recovery key was split; none with {@code shamir}, or if there is no recovery key
 */
@SuppressWarnings("ArrayRecordComponent") // decoded, used and dropped; never compared
record SealRecord(String type, String keyId, Shares unseal, Shares recovery, byte[] wrapped) {
    static final String SHAMIR = "shamir";
    private static final int VERSION = 1;

    static Optional<SealRecord> read(Storage store) {
        return store.<Optional<byte[]>>read(tx -> tx.get(Barrier.SEAL)).map(SealRecord::decode);
    }

    /** @param wrap keeps the root key under a name that binds all the rest to it */
    static SealRecord of(String type, String keyId, Shares unseal, Shares recovery, Function<String, byte[]> wrap) {
        var head = new SealRecord(type, keyId, unseal, recovery, new byte[0]);
        return new SealRecord(type, keyId, unseal, recovery, wrap.apply(head.name()));
    }

    boolean isShamir() {
        return type.equals(SHAMIR);
    }

    /** The shares that a quorum gives: for an unseal, a rekey or a root token. */
    Shares quorum() {
        return isShamir() ? unseal : recovery;
    }

    /** The name under which the root key is wrapped. */
    String name() {
        return Barrier.SEAL + "\0" + HexFormat.of().formatHex(head());
    }

    private byte[] head() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeUTF(type);
            out.writeUTF(keyId);
            for (var each : new Shares[] {unseal, recovery}) {
                out.writeByte(each.shares());
                out.writeByte(each.threshold());
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    byte[] encode() {
        var head = head();
        var all = Arrays.copyOf(head, head.length + wrapped.length);
        System.arraycopy(wrapped, 0, all, head.length, wrapped.length);
        return all;
    }

    static SealRecord decode(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readUnsignedByte() != VERSION) throw damaged();
            var type = in.readUTF();
            var keyId = in.readUTF();
            var unseal = new Shares(in.readUnsignedByte(), in.readUnsignedByte());
            var recovery = new Shares(in.readUnsignedByte(), in.readUnsignedByte());
            return new SealRecord(type, keyId, unseal, recovery, in.readAllBytes());
        } catch (IOException cutShort) {
            throw damaged();
        }
    }

    private static Storage.StorageException damaged() {
        return new Storage.StorageException("the entry " + Barrier.SEAL + " is damaged, or of a newer version of this server", false, null);
    }
}
