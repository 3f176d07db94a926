package watchword.core.audit;

import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import watchword.core.audit.filter.Exclusions;
import watchword.core.audit.line.LineOptions;
import watchword.core.json.Json;
import watchword.core.wire.Durations;
import watchword.sdk.Problem;

/**
 * Reads a device's options, which are texts; remembers which it was asked for, so that a misspelled one can be told. One thread.
 */
final class DeviceOptions {
    private final Map<String, String> options;
    private final Set<String> read = new HashSet<>();

    DeviceOptions(Map<String, String> options) {
        this.options = options;
    }

    Optional<String> text(String name) {
        read.add(name);
        return Optional.ofNullable(options.get(name)).map(String::trim).filter(value -> !value.isEmpty());
    }

    String required(String name) {
        return text(name).orElseThrow(() -> invalid(name + " is required"));
    }

    boolean truth(String name, boolean otherwise) {
        return text(name).map(value -> switch (value.toLowerCase(Locale.ROOT)) {
            case "1", "t", "true" -> true;
            case "0", "f", "false" -> false;
            default -> throw invalid(name + ": strconv.ParseBool: parsing \"" + value + "\": invalid syntax");
        }).orElse(otherwise);
    }

    Duration duration(String name, Duration otherwise) {
        return text(name).map(value -> {
            try {
                var duration = Durations.parse(value);
                if (duration.isNegative() || duration.compareTo(Duration.ofMinutes(1)) > 0) throw invalid(name + ": must be from 0 to 60 seconds");
                return duration;
            } catch (Durations.InvalidException invalid) {
                throw invalid(name + ": " + invalid.getMessage());
            }
        }).orElse(otherwise);
    }

    /** A JSON value. */
    Optional<Object> json(String name) {
        return text(name).map(value -> {
            try {
                @Nullable Object tree = Json.parse(value.getBytes(java.nio.charset.StandardCharsets.UTF_8));
                if (tree == null) throw invalid(name + ": must not be null");
                return tree;
            } catch (Json.MalformedException malformed) {
                throw invalid(name + ": " + malformed.getMessage());
            }
        });
    }

    // ---- what all devices have ----

    LineOptions line() {
        var format = text("format").orElse("json");
        if (!format.equals("json")) throw invalid("unknown format type \"" + format + "\"");
        if (text("prefix").isPresent()) throw invalid("prefix: not supported, since text before a line lets it say anything");
        return new LineOptions(truth("log_raw", false), truth("hmac_accessor", true), truth("elide_list_responses", false), exclusions());
    }

    private Exclusions exclusions() {
        var tree = json("exclude");
        if (tree.isEmpty()) return Exclusions.NONE;
        try {
            return Exclusions.of(tree.get());
        } catch (IllegalArgumentException wrong) {
            throw invalid("exclude: " + wrong.getMessage());
        }
    }

    EntryFilter filter() {
        try {
            return EntryFilter.parse(text("filter").orElse(""));
        } catch (IllegalArgumentException wrong) {
            throw invalid("filter: " + wrong.getMessage());
        }
    }

    /** Those that nobody asked for. */
    Set<String> unknown() {
        var unknown = new TreeSet<>(options.keySet());
        unknown.removeAll(read);
        return unknown;
    }

    static Problem.ProblemException invalid(String message) {
        return new Problem.Invalid(message).asException();
    }
}
