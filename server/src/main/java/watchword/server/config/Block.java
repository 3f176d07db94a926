package watchword.server.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import watchword.core.hcl.Hcl;
import watchword.core.hcl.Hcl.Value;
import watchword.core.wire.Durations;

/** One block of a configuration file, read setting by setting; what nobody read is left over, to be named. */
final class Block {
    private final String file;
    private final String name;
    private final Value.Body body;
    private final Set<String> read = new LinkedHashSet<>();

    Block(String file, String name, Value.Body body) {
        this.file = file;
        this.name = name;
        this.body = body;
    }

    Optional<String> text(String key) throws ConfigException {
        var value = find(key);
        if (value.isEmpty()) return Optional.empty();
        return Optional.of(plain(key, value.get()));
    }

    private Optional<Value> find(String key) {
        read.add(key);
        return body.find(key);
    }

    private String plain(String key, Value value) throws ConfigException {
        return switch (value) {
            case Value.Text text -> text.text();
            case Value.Number number -> number.text();
            case Value.Bool bool -> String.valueOf(bool.value());
            default -> throw wrong(key, value, "must be text");
        };
    }

    Optional<String> oneOf(String key, String... allowed) throws ConfigException {
        var text = text(key);
        if (text.isPresent() && !List.of(allowed).contains(text.get())) throw wrong(key, find(key).orElseThrow(), "must be one of " + String.join(", ", allowed));
        return text;
    }

    boolean flag(String key, boolean otherwise) throws ConfigException {
        var text = text(key);
        if (text.isEmpty()) return otherwise;
        return switch (text.get()) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw wrong(key, find(key).orElseThrow(), "must be true or false");
        };
    }

    int number(String key, int otherwise, int min, int max) throws ConfigException {
        var text = text(key);
        if (text.isEmpty()) return otherwise;
        try {
            int number = Integer.parseInt(text.get());
            if (number >= min && number <= max) return number;
        } catch (NumberFormatException notANumber) {
            // said below
        }
        throw wrong(key, find(key).orElseThrow(), "must be a number from " + min + " to " + max);
    }

    Duration duration(String key, Duration otherwise) throws ConfigException {
        var text = text(key);
        if (text.isEmpty()) return otherwise;
        try {
            var duration = Durations.parse(text.get());
            if (!duration.isNegative()) return duration;
        } catch (Durations.InvalidException invalid) {
            // said below
        }
        throw wrong(key, find(key).orElseThrow(), "must be a duration, such as 768h or 30m");
    }

    List<String> texts(String key) throws ConfigException {
        var value = find(key);
        if (value.isEmpty()) return List.of();
        var texts = new ArrayList<String>();
        if (value.get() instanceof Value.Items items) {
            for (var each : items.values()) texts.add(plain(key, each));
        } else {
            for (var each : plain(key, value.get()).split(",")) texts.add(each.trim());
        }
        return texts;
    }

    Map<String, String> map(String key) throws ConfigException {
        read.add(key);
        var map = new LinkedHashMap<String, String>();
        for (var item : body.all(key)) {
            if (!(item.value() instanceof Value.Body inner)) throw wrong(key, item.value(), "must be a block");
            for (var each : inner.items()) map.put(each.key(), plain(each.key(), each.value()));
        }
        return map;
    }

    Map<String, String> allText() throws ConfigException {
        var map = new LinkedHashMap<String, String>();
        for (var each : body.items()) {
            if (!(each.value() instanceof Value.Body) && each.labels().isEmpty()) map.put(each.key(), plain(each.key(), each.value()));
        }
        return map;
    }

    /** Settings that were written and never read. */
    List<String> leftOver() {
        return body.items().stream().map(item -> item).filter(item -> !read.contains(item.key())).map(item -> where(item.at()) + name + ": " + item.key()).toList();
    }

    ConfigException wrong(String key, Value value, String what) {
        return new ConfigException(where(value.at()) + (name.isEmpty() ? "" : name + ": ") + key + " " + what);
    }

    ConfigException missing(String key) {
        return new ConfigException(where(body.at()) + name + ": " + key + " is required");
    }

    String where(Hcl.Position at) {
        return file + (at.line() > 0 ? ":" + at.line() : "") + ": ";
    }
}
