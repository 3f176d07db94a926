import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import watchword.core.Server;
import watchword.core.barrier.RollbackGuard;
import watchword.core.mount.EngineCatalog;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.core.request.Response;
import watchword.core.seal.Seal;
import watchword.core.seal.Shares;
import watchword.core.seal.StaticSeal;
import watchword.core.sys.ServerInfo;
import watchword.engines.kv.KvEngines;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Engine;
import watchword.sdk.Peer;
import watchword.sdk.Reply;
import watchword.sdk.Revocable;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.storage.CachedStorage;
import watchword.storage.SqliteStorage;

/** What a server takes that holds many leases, and how fast they end while it serves reads. */
class Leases {
    private static final int CLIENTS = 64;
    private static final Duration TTL = Duration.ofHours(1);

    /** Issues numbers, and has nothing to do when they end: what is measured is the server. */
    static final class Numbers implements Engine, Revocable {
        final AtomicLong ended = new AtomicLong();

        record Wanted(@Doc("Name of the role.") String role) {}

        record Number(@Doc("A number.") String number) {}

        @Override
        public String type() {
            return "numbers";
        }

        @Override
        public String help() {
            return "Issues numbers.";
        }

        @Override
        public List<Route<?, ?>> routes() {
            return List.of(Route.issue("creds/{role}", Wanted.class, Number.class, this::issue, "Get a number."));
        }

        private Reply<Number> issue(Call.Change<Wanted> call) {
            var number = Long.toString(System.nanoTime());
            return Reply.of(new Number(number)).until(new Reply.Term.Leased(TTL, TTL, true, new Reply.Revocation("number", Map.of("number", number))));
        }

        @Override
        public void revoke(Reply.Revocation revocation, Storage mountStorage) {
            ended.incrementAndGet();
        }
    }

    /** A clock that can be set; the time that passes goes with it. */
    static final class Shifted implements InstantSource {
        final AtomicReference<Duration> by = new AtomicReference<>(Duration.ZERO);

        @Override
        public Instant instant() {
            return InstantSource.system().instant().plus(by.get());
        }
    }

    private final Shifted clock = new Shifted();
    private final Numbers numbers = new Numbers();
    private final Path folder;
    private Server server;
    private String root = "";

    private Leases(Path folder) {
        this.folder = folder;
        this.server = open();
    }

    private Server open() {
        var seal = new Seal.Options(Optional.of(new StaticSeal(new StaticSeal.Key("bench", Secret.owning(new byte[32])), Optional.empty(), new SecureRandom())), Optional.empty(), RollbackGuard.none());
        var info = new ServerInfo("0", "1.18.5", "bench", "id", "sqlite", "http://127.0.0.1", clock.instant(), Duration.ofDays(32), Duration.ofDays(32));
        var catalog = EngineCatalog.builder().engine("numbers", (_, _) -> numbers).engine("kv", (context, mount) -> KvEngines.create(context, mount.options())).build();
        return new Server(SqliteStorage.open(folder.resolve("store.db")), new Server.Options(info, catalog, seal, Optional.empty(), List.of(), store -> new CachedStorage(store, 32 << 20)),
                new SecureRandom(), clock);
    }

    private Response ask(Route.Operation operation, String path, Map<String, Object> body) {
        var answer = server.serve(new Request("bench", operation, new RequestPath(path), body, false, Optional.of(Secret.copyOf(root)), Optional.empty(), Map.of(), new Peer("127.0.0.1", 1, List.of())));
        if (answer.status() >= 300) throw new IllegalStateException(path + " was answered with " + answer.status() + ": " + new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8));
        return answer;
    }

    private void prepare() {
        root = server.initialize(new Seal.InitRequest(new Shares(0, 0), new Shares(1, 1), 0), Optional.empty()).first().reveal();
        ask(Route.Operation.WRITE, "sys/mounts/numbers", Map.of("type", "numbers"));
        ask(Route.Operation.WRITE, "sys/mounts/kv", Map.of("type", "kv"));
        for (int i = 0; i < 1000; i++) ask(Route.Operation.WRITE, "kv/train-" + i, Map.of("key", "value-" + i));
    }

    private void issue(int count) throws InterruptedException {
        var left = new AtomicInteger(count);
        long begun = System.nanoTime();
        atOnce(CLIENTS, () -> {
            while (left.getAndDecrement() > 0) ask(Route.Operation.READ, "numbers/creds/train", Map.of());
        });
        System.out.printf("%,d leases issued, %,.0f a second; %,d MB resident, %,d MB of store%n", count, count / seconds(begun), resident(), bytes() >> 20);
    }

    private void startAgain() {
        server.close();
        System.gc();
        long begun = System.nanoTime();
        server = open();
        ask(Route.Operation.READ, "kv/train-1", Map.of());
        System.out.printf("started again: serves after %.2f s; %,d MB resident%n", seconds(begun), resident());
    }

    /** Reads for a while. @return how many in a second */
    private double reads(AtomicBoolean stop) throws InterruptedException {
        var done = new AtomicLong();
        long begun = System.nanoTime();
        atOnce(2, () -> {
            for (int i = 0; !stop.get(); i++) {
                ask(Route.Operation.READ, "kv/train-" + i % 1000, Map.of());
                done.incrementAndGet();
            }
        });
        return done.get() / seconds(begun);
    }

    private void expire(int count) throws InterruptedException {
        var alone = new AtomicBoolean();
        Thread.ofPlatform().start(() -> {
            pause(Duration.ofSeconds(10));
            alone.set(true);
        });
        double before = reads(alone);
        clock.by.set(TTL.plusMinutes(1));
        var over = new AtomicBoolean();
        long begun = System.nanoTime();
        Thread.ofPlatform().start(() -> {
            while (numbers.ended.get() < count) pause(Duration.ofMillis(20));
            System.out.printf("%,d leases ended, %,.0f a second%n", count, count / seconds(begun));
            over.set(true);
        });
        double during = reads(over);
        System.out.printf("reads: %,.0f a second alone, %,.0f while leases end (%.0f %%); %,d MB resident%n", before, during, 100 * during / before, resident());
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static void atOnce(int threads, Runnable work) {
        // Platform threads: what never waits would keep virtual ones of the server from running.
        try (var all = Executors.newFixedThreadPool(threads)) {
            for (int i = 0; i < threads; i++) {
                all.execute(() -> {
                    try {
                        work.run();
                    } catch (RuntimeException failed) {
                        failed.printStackTrace();
                        Runtime.getRuntime().halt(1);
                    }
                });
            }
        }
    }

    private static double seconds(long begun) {
        return (System.nanoTime() - begun) / 1e9;
    }

    private static long resident() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:")).mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10).findFirst().orElse(-1);
        } catch (IOException unknown) {
            return -1;
        }
    }

    private long bytes() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException unknown) {
            return -1;
        }
    }

    public static void main(String[] arguments) throws Exception {
        int count = Integer.parseInt(arguments[0]);
        var folder = Files.createTempDirectory("leases");
        try {
            var bench = new Leases(folder);
            bench.prepare();
            bench.issue(count);
            bench.startAgain();
            bench.expire(count);
            bench.server.close();
        } finally {
            try (var files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            }
        }
        System.exit(0);
    }
}
