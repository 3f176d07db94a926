package watchword.core.sys;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Body;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;

/** {@code sys/loggers}: how much each part of the server logs, until it is restarted or its configuration read again. A part is a package. */
public final class LoggerRoutes {
    private static final String OURS = "watchword.";

    /** Held, because a logger that nobody holds forgets its level. */
    private final Map<String, Logger> changed = new ConcurrentHashMap<>();

    record Nothing() {}

    record Name(@Doc("A part of the server, as the list of all names it.") String name) {}

    record SetAll(@Doc("trace, debug, info, warn or error.") String level) {}

    record SetOne(@Doc("A part of the server, as the list of all names it.") String name, @Doc("trace, debug, info, warn or error.") String level) {}

    record Levels(@Doc("How much each part logs, by its name.") @Body Map<String, Object> levels) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.read("loggers", Nothing.class, Levels.class, this::readAll, "Tell how much each part of the server logs."),
                Route.effect(Operation.WRITE, "loggers", SetAll.class, None.class, this::writeAll, "Change how much all parts of the server log."),
                Route.effect(Operation.DELETE, "loggers", Nothing.class, None.class, this::deleteAll, "Let all parts log as configured."),
                Route.read("loggers/{name}", Name.class, Levels.class, this::read, "Tell how much a part of the server logs."),
                Route.effect(Operation.WRITE, "loggers/{name}", SetOne.class, None.class, this::write, "Change how much a part of the server logs."),
                Route.effect(Operation.DELETE, "loggers/{name}", Name.class, None.class, this::delete, "Let a part log as configured."));
    }

    private static Map<String, Object> parts() {
        var parts = new TreeMap<String, Object>();
        for (var name : Collections.list(LogManager.getLogManager().getLoggerNames())) {
            if (!name.startsWith(OURS)) continue;
            var part = Character.isUpperCase(name.charAt(name.lastIndexOf('.') + 1)) ? name.substring(0, name.lastIndexOf('.')) : name;
            if (part.length() >= OURS.length()) parts.put(part.substring(OURS.length()), word(level(Logger.getLogger(part))));
        }
        return parts;
    }

    private static Level level(Logger logger) {
        for (Logger at = logger; at != null; at = at.getParent()) {
            if (at.getLevel() != null) return at.getLevel();
        }
        return Level.INFO;
    }

    private static String word(Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) return "error";
        if (level.intValue() >= Level.WARNING.intValue()) return "warn";
        if (level.intValue() >= Level.INFO.intValue()) return "info";
        return level.intValue() >= Level.FINE.intValue() ? "debug" : "trace";
    }

    private static Level level(String word) {
        return switch (word) {
            case "trace" -> Level.FINER;
            case "debug" -> Level.FINE;
            case "info", "notice" -> Level.INFO;
            case "warn", "warning" -> Level.WARNING;
            case "error", "err" -> Level.SEVERE;
            case "" -> throw new Problem.Invalid("level is required").asException();
            default -> throw new Problem.Invalid("invalid level provided: use trace, debug, info, warn or error").asException();
        };
    }

    private static String require(String name) {
        if (!parts().containsKey(name)) throw new Problem.Invalid("logger \"" + (name.length() > 100 ? name.substring(0, 100) : name) + "\" not found").asException();
        return name;
    }

    private void set(String name, @Nullable Level level) {
        var logger = changed.computeIfAbsent(name, _ -> Logger.getLogger(OURS + name));
        logger.setLevel(level);
        if (level == null) changed.remove(name);
    }

    private Reply<Levels> readAll(Call.Read<Nothing> call) {
        return Reply.of(new Levels(parts()));
    }

    private Reply<Levels> read(Call.Read<Name> call) {
        var name = require(call.input().name());
        return Reply.of(new Levels(Map.of(name, word(level(Logger.getLogger(OURS + name))))));
    }

    private Reply<None> writeAll(Call.Effect<SetAll> call) {
        var level = level(call.input().level());
        parts().keySet().forEach(name -> set(name, level));
        return Reply.nothing();
    }

    private Reply<None> write(Call.Effect<SetOne> call) {
        var level = level(call.input().level());
        set(require(call.input().name()), level);
        return Reply.nothing();
    }

    private Reply<None> deleteAll(Call.Effect<Nothing> call) {
        parts().keySet().forEach(name -> set(name, null));
        return Reply.nothing();
    }

    private Reply<None> delete(Call.Effect<Name> call) {
        set(require(call.input().name()), null);
        return Reply.nothing();
    }
}
