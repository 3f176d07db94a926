package watchword.core.audit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import watchword.core.audit.chain.ChainHead;
import watchword.sdk.Problem;

/**
 * Lets nothing happen unrecorded: an entry counts when one device has written it. With no device at all everything goes, as in the
 * field; with devices that all fail, nothing does, and the caller is told within a bounded time. Any thread; no lock.
 */
public final class Audit implements AutoCloseable {
    private final AuditSettings settings;
    private final AtomicReference<State> state = new AtomicReference<>(new State(List.of(), false));
    private final AtomicLong unwanted = new AtomicLong();
    private final Patrol patrol;

    private record State(List<Device> devices, boolean closed) {
        State with(Device device) {
            var more = new ArrayList<>(devices);
            more.add(device);
            return new State(List.copyOf(more), closed);
        }

        State without(Device device) {
            return new State(devices.stream().filter(each -> each != device).toList(), closed);
        }
    }

    public Audit() {
        this(AuditSettings.DEFAULT);
    }

    public Audit(AuditSettings settings) {
        this.settings = settings;
        this.patrol = new Patrol(settings.maxWait().toNanos());
    }

    /**
     * Returns when the entry is on record.
     *
     * @throws Problem.ProblemException 503 when no device could write it in time; the message names the devices and says why
     */
    public void record(AuditEntry entry) {
        send(entry).await();
    }

    /** An entry on its way to the devices. One thread: the one that sent it. */
    public interface Sent {
        /** Returns when the entry is on record, or throws as {@link Audit#record} does. */
        void await();
    }

    private static final Set<String> ENDING = Set.of("sys/seal", "sys/storage/raft/snapshot", "sys/storage/raft/snapshot-force");
    private static final Sent ON_RECORD = () -> {};

    /** Puts an entry on its way, behind those that this thread sent before. It counts for nothing until it was awaited. */
    public Sent send(AuditEntry entry) {
        var now = state.get();
        if (now.devices.isEmpty() && !now.closed) return ON_RECORD;
        var first = offer(entry, now);
        return () -> await(entry, now, first);
    }

    private void await(AuditEntry entry, State sentIn, Offered first) {
        long deadline = System.nanoTime() + settings.maxWait().toNanos();
        var now = sentIn;
        var offered = first;
        while (!offered.isRecorded(deadline)) {
            var later = state.get();
            // A device that was removed meanwhile takes nothing any more; another may.
            if (later.equals(now) || System.nanoTime() >= deadline) throw unrecorded(now);
            now = later;
            offered = offer(entry, now);
        }
    }

    /** Whether an entry that was offered to the devices of one moment is on record. */
    @FunctionalInterface
    private interface Offered {
        boolean isRecorded(long deadlineNanos);
    }

    private Offered offer(AuditEntry entry, State now) {
        if (now.closed) return _ -> endedUs(entry);
        var takers = takers(now.devices, entry);
        if (takers.isEmpty()) {
            unwanted.incrementAndGet();
            return _ -> true;
        }
        var receipt = new Receipt();
        var awaited = new ArrayList<Device>(takers.size());
        var offered = new ArrayList<Device>(takers.size());
        for (var device : takers) {
            boolean await = device.isHealthy(System.nanoTime());
            if (!device.offer(entry, receipt, await)) continue;
            offered.add(device);
            if (await) awaited.add(device);
        }
        return deadline -> {
            offered.forEach(Device::wake); // not earlier: entries that are sent one after the other go out together
            boolean written = receipt.await(awaited.size(), offered.size(), patrol, deadline);
            if (receipt.isLate()) awaited.forEach(Device::wasLate);
            return written;
        };
    }

    /** The answer to the request that sealed the server or replaced its store, which ended the devices: the request is on record. */
    private static boolean endedUs(AuditEntry entry) {
        return entry.isAnswer() && ENDING.contains(entry.request().path().text());
    }

    /** Those whose filter takes the entry; the fallback if none does. */
    private static List<Device> takers(List<Device> devices, AuditEntry entry) {
        if (devices.size() == 1 && devices.getFirst().takesAll()) return devices;
        var takers = devices.stream().filter(device -> !device.plan().fallback() && device.takes(entry)).toList();
        return takers.isEmpty() ? devices.stream().filter(device -> device.plan().fallback()).toList() : takers;
    }

    private static Problem.ProblemException unrecorded(State now) {
        var why = now.closed ? "it is closed" : String.join("; ", now.devices.stream().map(device -> "\"" + device.name() + "\" " + device.why()).toList());
        return new Problem.Unavailable("audit: no device could record this: " + why).asException();
    }

    // ---- devices ----

    void add(Device device) {
        patrol.start();
        state.updateAndGet(before -> before.with(device));
    }

    /** Takes the device out and ends it; what it was given it still writes. */
    void remove(Device device) {
        state.updateAndGet(before -> before.without(device));
        device.close();
    }

    Optional<Device> device(String name) {
        return state.get().devices.stream().filter(device -> device.name().equals(name)).findFirst();
    }

    List<Device> devices() {
        return state.get().devices;
    }

    /** How each device is. */
    public List<DeviceStatus> status() {
        return state.get().devices.stream().map(Device::status).toList();
    }

    /** Devices that cannot write, and why. */
    public Map<String, String> failures() {
        var failing = new LinkedHashMap<String, String>();
        for (var each : status()) if (each.state() != DeviceStatus.State.OK) failing.put(each.name(), each.why());
        return failing;
    }

    /** Where each device's chain stands: kept outside the logs, it shows one that was cut short, or a store that was set back. */
    public Map<String, ChainHead> heads() {
        var heads = new LinkedHashMap<String, ChainHead>();
        for (var device : state.get().devices) heads.put(device.name(), device.head());
        return heads;
    }

    /** Entries that no filter wanted, where there is no fallback. */
    public long unwanted() {
        return unwanted.get();
    }

    /** Files that were moved away are begun anew. */
    public void reopen() {
        state.get().devices.forEach(Device::reopen);
    }

    /** Ends every device. From now on nothing can be recorded, so nothing may happen. */
    @Override
    public void close() {
        var last = state.getAndSet(new State(List.of(), true));
        try (var closing = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            last.devices.forEach(device -> closing.execute(device::close));
        }
        patrol.close();
    }
}
