package watchword.core.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import watchword.sdk.Problem;

/**
 * Lets nothing happen unrecorded: an entry counts when one device has written it. With no device at all everything goes, as in the
 * field; with devices that all fail, nothing does, and the caller is told within a bounded time. Any thread.
 */
public final class Audit implements AutoCloseable {
    private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final AtomicReference<Map<String, Device>> devices = new AtomicReference<>(Map.of());

    /** @throws Problem.ProblemException 503 when no device could write it in time */
    public void record(AuditEntry entry) {
        var now = devices.get();
        if (now.isEmpty()) return;
        var lines = new ArrayList<Device.Line>(now.size());
        boolean taken = false;
        for (var device : now.values()) {
            if (!device.takes(entry)) continue;
            taken = true;
            var line = device.submit(entry);
            if (line != null) lines.add(line);
        }
        if (!taken) return;
        long deadline = System.nanoTime() + MAX_WAIT_NANOS;
        boolean written = false;
        for (var line : lines) written |= line.await(deadline);
        if (!written) throw new Problem.Unavailable("no audit device could record this request, so it was not carried out: " + why(now)).asException();
    }

    private static String why(Map<String, Device> devices) {
        return String.join("; ", devices.values().stream()
                .map(device -> device.name() + ": " + device.failure().orElse("did not answer within 2s")).toList());
    }

    void add(Device device) {
        devices.updateAndGet(before -> {
            var after = new java.util.LinkedHashMap<>(before);
            after.put(device.name(), device);
            return after;
        });
    }

    Optional<Device> remove(String name) {
        var before = devices.getAndUpdate(all -> {
            var after = new java.util.LinkedHashMap<>(all);
            after.remove(name);
            return after;
        });
        return Optional.ofNullable(before.get(name));
    }

    /** Devices that cannot write, and why. */
    public Map<String, String> failures() {
        var failing = new java.util.LinkedHashMap<String, String>();
        devices.get().forEach((name, device) -> device.failure().ifPresent(why -> failing.put(name, why)));
        return failing;
    }

    /** Files that were moved away are begun anew. */
    public void reopen() {
        devices.get().values().forEach(Device::reopen);
    }

    List<String> names() {
        return List.copyOf(devices.get().keySet());
    }

    @Override
    public void close() {
        devices.getAndSet(Map.of()).values().forEach(Device::close);
    }
}
