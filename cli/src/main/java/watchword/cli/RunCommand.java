package watchword.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import watchword.cli.Command.Option;
import watchword.cli.Command.UsageException;
import watchword.client.ApiException;
import watchword.client.Client;

/**
 * {@code run}: a child with secrets in its environment and nowhere else. While it lives they are renewed; when it ends what was leased
 * for it is revoked. Its output is masked, signals reach it, its exit status is kept.
 */
final class RunCommand {
    private RunCommand() {}

    static final Command COMMAND = new Command("run", "-- COMMAND [ARGUMENT...]", "Run a command with secrets in its environment; renew them while it lives, revoke them when it ends.",
            List.of(Option.many("env", "NAME=PATH#FIELD", "a variable and where it comes from"), Option.many("config", "FILE", "a file of such lines; ./watchword.run when it is there"),
                    Option.flag("no-mask", "do not mask fetched values in its output"), Option.flag("keep-token", "leave VAULT_TOKEN in its environment")),
            RunCommand::run);

    private static final List<String> FORWARDED = List.of("INT", "TERM", "HUP", "USR2");

    private static int run(Call call) throws ApiException, IOException, UsageException, InterruptedException {
        if (call.arguments().isEmpty()) throw new UsageException("no command: watchword run -env NAME=path#field -- COMMAND");
        var files = new ArrayList<Path>();
        for (var file : call.all("config")) files.add(Path.of(file));
        if (files.isEmpty() && Files.exists(Path.of("watchword.run"))) files.add(Path.of("watchword.run"));
        var plan = RunPlan.of(files, call.all("env"));
        var client = call.client();
        var fetched = Fetched.fetch(client, plan);
        try {
            return child(call, client, fetched);
        } finally {
            Fetched.revoke(client, fetched.leases());
        }
    }

    private static int child(Call call, Client client, Fetched fetched) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(call.arguments());
        if (!call.flag("keep-token")) for (var name : List.of("VAULT_TOKEN", "WATCHWORD_TOKEN", "BAO_TOKEN")) builder.environment().remove(name);
        builder.environment().putAll(fetched.environment());
        builder.redirectInput(ProcessBuilder.Redirect.INHERIT);
        boolean mask = !call.flag("no-mask");
        if (!mask) builder.redirectOutput(ProcessBuilder.Redirect.INHERIT).redirectError(ProcessBuilder.Redirect.INHERIT);
        Process process;
        try {
            process = builder.start();
        } catch (IOException cannotStart) {
            call.err().println("watchword run: cannot start " + call.arguments().getFirst() + ": " + (Files.exists(Path.of(call.arguments().getFirst())) ? "not a program" : "not found"));
            return 127;
        }
        forwardSignals(process);
        var renewal = Thread.ofVirtual().start(() -> renew(call, client, fetched, process));
        if (mask) {
            var out = pump(() -> new Masker(fetched.environment().values()).copy(process.getInputStream(), call.out()));
            var err = pump(() -> new Masker(fetched.environment().values()).copy(process.getErrorStream(), call.err()));
            out.join();
            err.join();
        }
        int status = process.waitFor();
        renewal.interrupt();
        return status;
    }

    @FunctionalInterface
    private interface Copy {
        void run() throws IOException;
    }

    private static Thread pump(Copy copy) {
        return Thread.ofVirtual().start(() -> {
            try {
                copy.run();
            } catch (IOException closed) {
                // the child ended, or nobody reads our output any more
            }
        });
    }

    @SuppressWarnings("sunapi") // there is no other way to hear a signal
    private static void forwardSignals(Process process) {
        for (var name : FORWARDED) {
            try {
                sun.misc.Signal.handle(new sun.misc.Signal(name), _ -> send(name, process));
            } catch (IllegalArgumentException notHere) {
                // this system or virtual machine keeps the signal for itself
            }
        }
    }

    private static void send(String signal, Process process) {
        try {
            new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start().waitFor();
        } catch (IOException cannot) {
            process.destroy();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Renews each lease, and the token, at two thirds of its life, until the child ends. */
    private static void renew(Call call, Client client, Fetched fetched, Process process) {
        var due = new ArrayList<>(fetched.leases());
        while (process.isAlive() && !Thread.currentThread().isInterrupted()) {
            long shortest = due.stream().mapToLong(Fetched.Lease::seconds).min().orElse(600);
            LockSupport.parkNanos(Math.max(1, shortest * 2 / 3) * 1_000_000_000L);
            if (!process.isAlive() || Thread.currentThread().isInterrupted()) return;
            for (var lease : List.copyOf(due)) {
                if (!lease.renewable()) continue;
                try {
                    var answer = client.write("sys/leases/renew", Map.of("lease_id", lease.id(), "increment", lease.seconds()));
                    long left = Long.parseLong(String.valueOf(answer.body().get("lease_duration")));
                    if (left < lease.seconds()) call.err().println("watchword run: " + lease.id() + " ends in " + left + "s and cannot be renewed further");
                } catch (ApiException | IOException failed) {
                    call.err().println("watchword run: a lease could not be renewed: " + failed.getMessage());
                    due.remove(lease);
                }
            }
            try {
                client.write("auth/token/renew-self", Map.of());
            } catch (ApiException | IOException notRenewable) {
                // a root token, or one that was not meant to last
            }
        }
    }
}
