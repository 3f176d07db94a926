package watchword.core.audit;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.audit.chain.ChainHead;
import watchword.core.audit.chain.CheckpointKey;
import watchword.core.wire.Rows;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** What is kept of audit devices: those made over the API, every device's salt, each node's chain and its head, the signing key. */
final class AuditStore {
    private static final int MANY = 10_000;

    record DeviceRow(String type, String description, Map<String, String> options, boolean local) {}

    record SaltRow(Secret salt) {}

    /** A node writes a log of its own, and so a chain of its own. */
    record ChainRow(String id, long seq, String hash) {
        Optional<ChainHead> head() {
            return seq == 0 ? Optional.empty() : Optional.of(new ChainHead(seq, hash));
        }
    }

    record HeadersRow(Map<String, Boolean> hashed) {}

    record KeyRow(Secret privateKey, String publicKey) {}

    /** Counts the changes, so that another server on the same store sees that there was one. */
    private static final String VERSION = "core/audit/version";

    private final Rows<DeviceRow> devices = new Rows<>("core/audit/devices/", DeviceRow.class);
    private final Rows<SaltRow> salts = new Rows<>("core/audit/salts/", SaltRow.class);
    private final Rows<ChainRow> chains;
    private final Rows<HeadersRow> headers = new Rows<>("core/audit/headers/", HeadersRow.class);
    private final Rows<KeyRow> keys = new Rows<>("core/audit/keys/", KeyRow.class);

    AuditStore(String node) {
        this.chains = new Rows<>("core/audit/chains/" + node + "/", ChainRow.class);
    }

    long version(Storage.Reader store) {
        return store.get(VERSION).map(bytes -> Long.parseLong(new String(bytes, StandardCharsets.US_ASCII))).orElse(0L);
    }

    private void changed(Storage.Writer store) {
        store.put(VERSION, Long.toString(version(store) + 1).getBytes(StandardCharsets.US_ASCII));
    }

    List<AuditDeviceConfig> devices(Storage.Reader store) {
        return devices.scan(store, "", "", MANY).stream()
                .map(row -> new AuditDeviceConfig(row.getKey(), row.getValue().type(), row.getValue().description(), row.getValue().options(), row.getValue().local()))
                .toList();
    }

    void put(Storage.Writer store, AuditDeviceConfig device) {
        devices.put(store, device.name(), new DeviceRow(device.type(), device.description(), device.options(), device.local()));
        changed(store);
    }

    /** With its salt: a device that is made again at the same path has another. */
    void delete(Storage.Writer store, String name) {
        devices.delete(store, name);
        salts.delete(store, name);
        chains.delete(store, name);
        changed(store);
    }

    Optional<Secret> salt(Storage.Reader store, String name) {
        return salts.get(store, name).map(SaltRow::salt);
    }

    void putSalt(Storage.Writer store, String name, Secret salt) {
        salts.put(store, name, new SaltRow(salt));
    }

    Optional<ChainRow> chain(Storage.Reader store, String name) {
        return chains.get(store, name);
    }

    void putChain(Storage.Writer store, String name, ChainRow row) {
        chains.put(store, name, row);
    }

    AuditedHeaders headers(Storage.Reader store) {
        return headers.get(store, "request").map(row -> new AuditedHeaders(row.hashed())).orElse(AuditedHeaders.NONE);
    }

    void putHeaders(Storage.Writer store, AuditedHeaders audited) {
        headers.put(store, "request", new HeadersRow(audited.hashed()));
        changed(store);
    }

    Optional<CheckpointKey> key(Storage.Reader store) {
        return keys.get(store, "checkpoint").map(row -> CheckpointKey.decode(row.privateKey(), row.publicKey()));
    }

    void putKey(Storage.Writer store, CheckpointKey key) {
        keys.put(store, "checkpoint", new KeyRow(key.encoded(), key.publicKey()));
    }
}
