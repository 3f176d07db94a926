package watchword.core.sys;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.FileStore;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import watchword.sdk.Doc;

/** What {@code sys/host-info} tells of the machine: from {@code /proc} where there is one, else what Java knows. What cannot be read is left out. */
record HostInfo(
        @Doc("When it was asked.") String timestamp,
        @Doc("Each processor, by the names of its facts.") List<Object> cpu,
        @Doc("Seconds that each processor, and all together, spent on what.") List<Object> cpuTimes,
        @Doc("Each disk: `path`, `fstype`, and in bytes `total`, `free`, `used`.") List<Object> disk,
        @Doc("The operating system, and since when it runs, in seconds.") Map<String, Object> host,
        @Doc("The machine's memory, in bytes.") Map<String, Object> memory) {
    private static final Path PROC = Path.of("/proc");
    private static final int MOST_LINES = 20_000;
    private static final String[] TIMES = {"user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guestNice"};
    private static final double TICKS_PER_SECOND = 100;

    static HostInfo read(Instant now) {
        return new HostInfo(now.toString(), cpuFacts(), cpuSeconds(), diskFacts(), hostFacts(now), memoryFacts());
    }

    private static List<String> lines(String file) {
        try (Stream<String> lines = Files.lines(PROC.resolve(file))) {
            return lines.limit(MOST_LINES).toList();
        } catch (IOException | java.io.UncheckedIOException notThere) {
            return List.of();
        }
    }

    private static Map<String, String> pairs(List<String> lines) {
        var pairs = new LinkedHashMap<String, String>();
        for (var line : lines) {
            int colon = line.indexOf(':');
            if (colon > 0) pairs.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
        }
        return pairs;
    }

    private static List<Object> cpuFacts() {
        var cpus = new ArrayList<Object>();
        var block = new ArrayList<String>();
        for (var line : lines("cpuinfo")) {
            if (!line.isBlank()) {
                block.add(line);
                continue;
            }
            cpus.add(cpu(pairs(block), cpus.size()));
            block.clear();
        }
        if (!block.isEmpty()) cpus.add(cpu(pairs(block), cpus.size()));
        if (cpus.isEmpty()) cpus.add(Map.of("cpu", 0L, "cores", (long) Runtime.getRuntime().availableProcessors(), "modelName", System.getProperty("os.arch", "")));
        return cpus;
    }

    private static Map<String, Object> cpu(Map<String, String> facts, int number) {
        var cpu = new LinkedHashMap<String, Object>();
        cpu.put("cpu", (long) number);
        cpu.put("vendorId", facts.getOrDefault("vendor_id", ""));
        cpu.put("family", facts.getOrDefault("cpu family", ""));
        cpu.put("model", facts.getOrDefault("model", ""));
        cpu.put("modelName", facts.getOrDefault("model name", ""));
        cpu.put("stepping", whole(facts.getOrDefault("stepping", "")));
        cpu.put("physicalId", facts.getOrDefault("physical id", ""));
        cpu.put("coreId", facts.getOrDefault("core id", ""));
        cpu.put("cores", 1L);
        cpu.put("mhz", fraction(facts.getOrDefault("cpu MHz", "")));
        cpu.put("cacheSize", whole(facts.getOrDefault("cache size", "").replace(" KB", "")));
        cpu.put("flags", List.of(facts.getOrDefault("flags", "").split(" ")));
        return cpu;
    }

    private static List<Object> cpuSeconds() {
        var all = new ArrayList<Object>();
        for (var line : lines("stat")) {
            var words = line.split(" +");
            if (!words[0].startsWith("cpu") || (words[0].equals("cpu") && words.length < 5)) continue;
            var times = new LinkedHashMap<String, Object>();
            times.put("cpu", words[0].equals("cpu") ? "cpu-total" : words[0]);
            for (int i = 0; i < TIMES.length && i + 1 < words.length; i++) times.put(TIMES[i], new watchword.sdk.JsonNumber(Double.toString(whole(words[i + 1]) / TICKS_PER_SECOND)));
            all.add(times);
        }
        return all;
    }

    private static List<Object> diskFacts() {
        var disks = new ArrayList<Object>();
        for (FileStore store : FileSystems.getDefault().getFileStores()) {
            try {
                long total = store.getTotalSpace();
                if (total <= 0 || (!store.name().startsWith("/") && !store.type().equals("overlay"))) continue;
                long free = store.getUsableSpace();
                var text = store.toString();
                int space = text.lastIndexOf(" (");
                disks.add(Map.of("path", space < 0 ? text : text.substring(0, space), "fstype", store.type(), "total", total, "free", free, "used", total - free,
                        "usedPercent", new watchword.sdk.JsonNumber(Double.toString(100.0 * (total - free) / total))));
            } catch (IOException unreadable) {
                // left out
            }
        }
        return disks;
    }

    private static Map<String, Object> hostFacts(Instant now) {
        var os = ManagementFactory.getOperatingSystemMXBean();
        var uptime = lines("uptime").stream().findFirst().map(line -> (long) Double.parseDouble(line.split(" ")[0])).orElse(ManagementFactory.getRuntimeMXBean().getUptime() / 1000);
        var host = new LinkedHashMap<String, Object>();
        host.put("hostname", hostname());
        host.put("uptime", uptime);
        host.put("bootTime", now.getEpochSecond() - uptime);
        host.put("procs", ProcessHandle.allProcesses().count());
        host.put("os", os.getName().toLowerCase(Locale.ROOT));
        host.put("platform", os.getName());
        host.put("kernelVersion", os.getVersion());
        host.put("kernelArch", os.getArch());
        return host;
    }

    private static String hostname() {
        var told = lines("sys/kernel/hostname");
        if (!told.isEmpty()) return told.getFirst();
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "";
        }
    }

    private static Map<String, Object> memoryFacts() {
        var told = pairs(lines("meminfo"));
        var memory = new LinkedHashMap<String, Object>();
        if (told.containsKey("MemTotal")) {
            long total = kilobytes(told, "MemTotal");
            long available = kilobytes(told, "MemAvailable");
            memory.put("total", total);
            memory.put("available", available);
            memory.put("used", total - available);
            memory.put("usedPercent", new watchword.sdk.JsonNumber(Double.toString(100.0 * (total - available) / Math.max(1, total))));
            memory.put("free", kilobytes(told, "MemFree"));
            memory.put("buffers", kilobytes(told, "Buffers"));
            memory.put("cached", kilobytes(told, "Cached"));
            memory.put("swapTotal", kilobytes(told, "SwapTotal"));
            memory.put("swapFree", kilobytes(told, "SwapFree"));
            return memory;
        }
        var runtime = Runtime.getRuntime();
        memory.put("total", runtime.maxMemory());
        memory.put("available", runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory());
        memory.put("used", runtime.totalMemory() - runtime.freeMemory());
        return memory;
    }

    private static long kilobytes(Map<String, String> facts, String name) {
        return whole(facts.getOrDefault(name, "0").replace(" kB", "")) * 1024;
    }

    private static long whole(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException none) {
            return 0;
        }
    }

    private static Number fraction(String text) {
        try {
            return new watchword.sdk.JsonNumber(Double.toString(Double.parseDouble(text)));
        } catch (NumberFormatException none) {
            return 0L;
        }
    }
}
