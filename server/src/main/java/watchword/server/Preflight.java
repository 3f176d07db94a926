package watchword.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import watchword.server.config.ServerConfig;
import watchword.server.http.HttpServer;
import watchword.server.http.Listener;

/** Looks whether what a configuration names could be used, as far as that shows without a start. Changes nothing. */
final class Preflight {
    private static final Set<String> NO_FILES = Set.of("stdout", "/dev/stdout", "discard");

    private final List<String> troubles = new ArrayList<>();

    private Preflight() {}

    /** What would be in the way of a start; empty when nothing is known to be. */
    static List<String> troubles(ServerConfig config) {
        var flight = new Preflight();
        config.listeners().forEach(flight::listener);
        if (config.store() instanceof ServerConfig.Store.Sqlite sqlite) flight.file("storage: path", sqlite.path());
        if (!config.global().epochFile().isEmpty()) flight.file("epoch_file", Path.of(config.global().epochFile()));
        if (!config.global().auditFileFolder().isEmpty()) flight.folder("audit_file_folder", Path.of(config.global().auditFileFolder()));
        for (var audit : config.audits()) {
            var path = audit.options().getOrDefault("file_path", audit.options().getOrDefault("path", "discard"));
            if (audit.type().equals("file") && !NO_FILES.contains(path)) flight.file("audit \"file\" " + audit.path() + ": file_path", Path.of(path));
        }
        return flight.troubles;
    }

    private void listener(Listener listener) {
        try {
            HttpServer.rehearse(listener);
        } catch (IOException unusable) {
            troubles.add("listener " + listener.where() + ": " + unusable.getMessage());
        }
    }

    /** One that is there can be written; for one that is not, a folder is there or can be made. */
    private void file(String setting, Path file) {
        if (Files.isDirectory(file)) trouble(setting, file, "is a folder");
        else if (Files.exists(file)) require(Files.isWritable(file), setting, file, "cannot be written");
        else folder(setting, file);
    }

    private void folder(String setting, Path path) {
        var there = path.toAbsolutePath().normalize();
        for (var above = there.getParent(); !Files.exists(there) && above != null; above = there.getParent()) there = above;
        var which = there.equals(path.toAbsolutePath().normalize()) ? "" : "its folder " + there + " ";
        if (!Files.isDirectory(there)) trouble(setting, path, which + "is no folder");
        else require(Files.isWritable(there), setting, path, which + "cannot be written");
    }

    private void require(boolean good, String setting, Path path, String why) {
        if (!good) trouble(setting, path, why);
    }

    private void trouble(String setting, Path path, String why) {
        troubles.add(setting + ": " + path + ": " + why);
    }
}
