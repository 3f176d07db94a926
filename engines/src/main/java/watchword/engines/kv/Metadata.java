package watchword.engines.kv;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * All that is known of a secret but its data: one row.
 *
 * @param metadataVersion how often the metadata itself was written
 * @param oldestVersion as clients of the field know it: 0 until the window of kept versions has begun to move
 * @param versions without a gap, oldest first
 */
record Metadata(
        Settings settings,
        Map<String, String> custom,
        long metadataVersion,
        Instant created,
        Instant updated,
        long currentVersion,
        long oldestVersion,
        List<Version> versions) {

    static Metadata fresh(Instant now) {
        return new Metadata(Settings.UNSET, Map.of(), 0, now, now, 0, 0, List.of());
    }

    Optional<Version> version(long number) {
        if (versions.isEmpty()) return Optional.empty();
        long index = number - versions.getFirst().number();
        return index < 0 || index >= versions.size() ? Optional.empty() : Optional.of(versions.get((int) index));
    }

    /** The same with a new version, keeping at most so many. */
    Metadata adding(Instant now, Optional<Instant> end, long kept) {
        long number = currentVersion + 1;
        var all = new ArrayList<>(versions);
        all.add(Version.made(number, now, end));
        long oldest = oldestVersion;
        if (number - oldest >= kept) {
            oldest = number - kept + 1;
            while (all.getFirst().number() < oldest) all.removeFirst();
        }
        return new Metadata(settings, custom, metadataVersion, created, now, number, oldest, List.copyOf(all));
    }

    /** The same with some of its versions changed; numbers that it does not have mean nothing. */
    Metadata changing(Set<Long> numbers, UnaryOperator<Version> change) {
        var changed = versions.stream().map(version -> numbers.contains(version.number()) ? change.apply(version) : version).toList();
        return new Metadata(settings, custom, metadataVersion, created, updated, currentVersion, oldestVersion, changed);
    }

    Metadata written(Settings newSettings, Map<String, String> newCustom, Instant now) {
        return new Metadata(newSettings, newCustom, metadataVersion + 1, created, now, currentVersion, oldestVersion, versions);
    }
}
