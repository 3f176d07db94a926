package watchword.server;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import watchword.core.Server;
import watchword.crypto.ProcessHardening;
import watchword.sdk.FileTrouble;
import watchword.server.config.ConfigException;
import watchword.server.config.ConfigReader;
import watchword.server.config.Reference;
import watchword.server.config.ServerConfig;
import watchword.server.http.HttpServer;
import watchword.server.http.Listener;

/** {@code watchword server}: serves by a configuration until SIGTERM or SIGINT; SIGHUP reads again what can be. */
final class ServerCommand {
    private static final System.Logger LOG = System.getLogger("watchword.server");

    /** Between two tries of a server that is not open to open itself. */
    private static final long OPENING_SECONDS = 3;
    private static final long LONGEST_OPENING_SECONDS = 60;

    private final PrintStream out;
    private final PrintStream err;

    ServerCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    int run(List<String> args) throws ConfigException, IOException, InterruptedException {
        var files = new ArrayList<Path>();
        boolean check = false;
        for (int i = 0; i < args.size(); i++) {
            var arg = args.get(i).startsWith("--") ? args.get(i).substring(1) : args.get(i);
            if (arg.startsWith("-config=")) files.add(Path.of(arg.substring(8)));
            else if (arg.equals("-config") && i + 1 < args.size()) files.add(Path.of(args.get(++i)));
            else if (arg.equals("-check") || arg.equals("-test-config")) check = true;
            else if (arg.equals("-dev")) return new DevCommand(out, err).run(args.stream().filter(each -> !each.equals("-dev") && !each.equals("--dev")).toList());
            else return usage("unknown: " + arg);
        }
        if (files.isEmpty()) return usage("no configuration; to try things out: watchword dev");
        var config = ConfigReader.read(files, System.getenv());
        for (var warning : config.warnings()) err.println("warning: " + warning);
        if (check) return check(config);
        for (var unknown : config.unknown()) err.println("warning: " + unknown);
        serve(config, files);
        return 0;
    }

    private int check(ServerConfig config) {
        out.print(Reference.effective(config));
        var troubles = new ArrayList<>(config.unknown());
        troubles.addAll(Preflight.troubles(config));
        for (var trouble : troubles) err.println("watchword: " + trouble);
        return troubles.isEmpty() ? 0 : Main.FAILED;
    }

    private int usage(String what) {
        err.println("usage: watchword server -config=PATH [-config=PATH ...] [-check]; " + what);
        return Main.USAGE;
    }

    private static void serve(ServerConfig config, List<Path> files) throws IOException, InterruptedException {
        Logging.configure(config.global());
        harden(config);
        var stop = new CountDownLatch(1);
        Signals.on("TERM", stop::countDown);
        Signals.on("INT", stop::countDown);
        var reload = new AtomicReference<Runnable>(() -> {});
        try (var server = Wiring.server(config, new SecureRandom(), InstantSource.system(), () -> reload.get().run()); var http = new HttpServer(config.listeners(), server, Server.DRAIN)) {
            reload.set(() -> reload(files, server, http));
            Signals.on("HUP", () -> reload.get().run());
            LOG.log(Level.INFO, "watchword {0} listens on {1}; clients reach it at {2}; {3}", Wiring.VERSION, addresses(config), config.apiAddress(),
                    !server.isInitialized() ? "not initialized" : server.isSealed() ? "sealed" : "unsealed");
            boolean told = tellUnrecorded(server, false);
            for (long pause = OPENING_SECONDS; !stop.await(pause, TimeUnit.SECONDS); ) {
                pause = server.tryToOpen() ? Math.min(2 * pause, LONGEST_OPENING_SECONDS) : OPENING_SECONDS;
                told = tellUnrecorded(server, told);
            }
            LOG.log(Level.INFO, "stopping");
        }
        LOG.log(Level.INFO, "stopped");
    }

    /** Once after each opening: whoever runs the server may think that somebody keeps record. @return whether it is told */
    private static boolean tellUnrecorded(Server server, boolean told) {
        if (server.isSealed()) return false;
        if (!told && !server.isRecording()) {
            LOG.log(Level.WARNING, "no audit device: requests are not recorded; add audit \"file\" \"main\" { options { file_path = \"/var/log/watchword/audit.log\" } } to the configuration");
        }
        return true;
    }

    private static void harden(ServerConfig config) {
        for (var step : ProcessHardening.apply(!config.global().disableMlock())) {
            if (step.done()) LOG.log(Level.INFO, "hardened: {0}", step.protection());
            else LOG.log(Level.WARNING, "not hardened: {0}: {1}", step.protection(), step.advice());
        }
    }

    private static String addresses(ServerConfig config) {
        return config.listeners().stream().map(Listener::where).collect(Collectors.joining(", "));
    }

    /** What of it fails is told, and leaves the rest as it was. */
    private static void reload(List<Path> files, Server server, HttpServer http) {
        try {
            Logging.configure(ConfigReader.read(files, System.getenv()).global());
        } catch (ConfigException wrong) {
            LOG.log(Level.ERROR, "the configuration was not read again: {0}", wrong.getMessage());
        }
        try {
            http.reloadCertificates();
        } catch (IOException unreadable) {
            LOG.log(Level.ERROR, "certificates were not read again, and the old ones stay in use: {0}", FileTrouble.words(unreadable));
        }
        server.reopenAuditFiles();
        LOG.log(Level.INFO, "read again");
    }
}
