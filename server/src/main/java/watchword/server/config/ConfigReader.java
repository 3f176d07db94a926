package watchword.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import watchword.core.audit.AuditDevices;
import watchword.core.hcl.Hcl.Item;
import watchword.core.hcl.Hcl.Value;
import watchword.core.hcl.Hcl;
import watchword.core.lockout.LockoutRules;
import watchword.core.mount.UserLockout;
import watchword.core.wire.Schema;
import watchword.server.config.Section.Place;
import watchword.server.config.Section.Placed;
import watchword.server.http.Listener;

/**
 * Reads HCL or JSON as Vault and OpenBao have it. What it does not know is named and passed over; what is almost a name that it knows, and
 * what it knows and cannot use, stops the server, with file, line and what is allowed.
 */
public final class ConfigReader {
    static final Schema<GlobalSettings> GLOBAL = Schema.of(GlobalSettings.class);
    private static final Set<String> BLOCKS = Set.of("listener", "storage", "backend", "seal", "audit", "user_lockout");

    private final BlockReader reader = new BlockReader();
    private final List<Placed> items = new ArrayList<>();

    private ConfigReader() {}

    /**
     * @param paths files, or folders whose {@code .hcl} and {@code .json} files are read in order; what is said last counts, and blocks add up
     * @param environment may hold {@code VAULT_API_ADDR}, and what a seal's key refers to
     */
    public static ServerConfig read(List<Path> paths, Map<String, String> environment) throws ConfigException {
        var config = new ConfigReader();
        for (var path : paths) {
            for (var file : files(path)) config.parse(file);
        }
        return config.result(environment);
    }

    private static List<Path> files(Path path) throws ConfigException {
        if (!Files.exists(path)) throw new ConfigException(path + ": no such file or folder");
        if (!Files.isDirectory(path)) return List.of(path);
        try (var inside = Files.list(path)) {
            return inside.filter(file -> file.toString().endsWith(".hcl") || file.toString().endsWith(".json")).sorted().toList();
        } catch (IOException unreadable) {
            throw new ConfigException(path + ": cannot be read");
        }
    }

    private void parse(Path file) throws ConfigException {
        try {
            for (var item : Hcl.parse(Files.readString(file)).items()) items.add(new Placed(file.toString(), item));
        } catch (IOException unreadable) {
            throw new ConfigException(file + ": cannot be read");
        } catch (Hcl.SyntaxException syntax) {
            throw new ConfigException(new Place(file.toString(), syntax.at().line()) + ": " + syntax.getMessage());
        }
    }

    // ---- blocks, whichever way they were written ----

    /** @param labels how many names JSON has around a block; blocks of HCL may have fewer */
    private List<Placed> blocks(String key, int labels) throws ConfigException {
        var found = new ArrayList<Placed>();
        for (var each : items) {
            if (each.item().key().equals(key)) unnest(each, labels, found);
        }
        return found;
    }

    private static void unnest(Placed each, int labels, List<Placed> found) throws ConfigException {
        var item = each.item();
        switch (item.value()) {
            case Value.Items list -> {
                for (var one : list.values()) unnest(new Placed(each.file(), new Item(item.key(), item.labels(), one, one.at())), labels, found);
            }
            case Value.Body body when item.labels().isEmpty() || (item.labels().size() < labels && isNest(body)) -> {
                for (var one : body.items()) unnest(new Placed(each.file(), new Item(item.key(), and(item.labels(), one.key()), one.value(), one.at())), labels, found);
            }
            default -> {
                if (item.labels().isEmpty()) throw new ConfigException(each.place() + ": " + item.key() + " must be a block with a type: " + item.key() + " \"...\" { ... }");
                found.add(each);
            }
        }
    }

    /** In JSON a second name is one more object around the block. */
    private static boolean isNest(Value.Body body) {
        return !body.items().isEmpty() && body.items().stream().allMatch(item -> item.value() instanceof Value.Body && !item.key().equals("options"));
    }

    private static List<String> and(List<String> labels, String one) {
        var more = new ArrayList<>(labels);
        more.add(one);
        return List.copyOf(more);
    }

    // ---- the whole ----

    private ServerConfig result(Map<String, String> environment) throws ConfigException {
        var top = new Section("", new Place("configuration", 0), items.stream().filter(each -> !BLOCKS.contains(each.item().key())).toList());
        var global = top.read(GLOBAL);
        var address = environment.getOrDefault("VAULT_API_ADDR", "");
        reader.doneOutside(top, BLOCKS);
        nameUnknownBlocks();
        var listeners = new ArrayList<Listener>();
        for (var block : blocks("listener", 1)) listeners.add(reader.listener(block));
        if (listeners.isEmpty()) throw new ConfigException("no listener: add, for example, listener \"tcp\" { address = \"127.0.0.1:8200\"  tls_cert_file = \"...\"  tls_key_file = \"...\" }");
        var store = reader.store(onlyStore());
        Optional<SealSettings> seal = Optional.empty();
        for (var block : blocks("seal", 1)) seal = reader.seal(block, environment).or(Optional::empty);
        var audits = new ArrayList<AuditDevices.Declared>();
        for (var block : blocks("audit", 2)) audits.add(reader.audit(block));
        var lockouts = new LinkedHashMap<String, UserLockout>();
        for (var block : blocks("user_lockout", 1)) {
            var said = reader.userLockout(block);
            lockouts.put(said.getKey(), said.getValue());
        }
        return new ServerConfig(address.isEmpty() ? global : global.withApiAddr(address), List.copyOf(listeners), store, seal, List.copyOf(audits), new LockoutRules(Map.copyOf(lockouts)), List.copyOf(reader.warnings()), List.copyOf(reader.unknown()), List.copyOf(reader.effective()));
    }

    private Placed onlyStore() throws ConfigException {
        var stores = blocks("storage", 1);
        stores.addAll(blocks("backend", 1));
        if (stores.isEmpty()) throw new ConfigException("no storage: add, for example, storage \"sqlite\" { path = \"/var/lib/watchword/watchword.db\" }");
        if (stores.size() > 1) throw new ConfigException(stores.get(1).place() + ": there is a storage block already: " + stores.getFirst().place());
        return stores.getFirst();
    }

    private void nameUnknownBlocks() throws ConfigException {
        for (var each : items) {
            if (each.item().labels().isEmpty() || BLOCKS.contains(each.item().key())) continue;
            var key = each.item().key();
            var near = Foreign.GLOBAL.knows(key) ? Optional.<String>empty() : Likeness.of(key, BLOCKS);
            if (near.isPresent()) throw BlockReader.unknown(each, "did you mean " + near.get() + "?");
            var why = Foreign.GLOBAL.knows(key) ? Foreign.GLOBAL.why(key) : Optional.of("is not known and is passed over");
            why.ifPresent(text -> reader.warnings().add(each.place() + ": " + each.name() + " " + text));
        }
    }
}
