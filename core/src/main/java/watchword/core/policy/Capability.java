package watchword.core.policy;

import java.util.Locale;
import java.util.Optional;

/** What a policy can give on a path. {@link #DENY} takes everything away. */
public enum Capability {
    DENY,
    CREATE,
    READ,
    UPDATE,
    DELETE,
    LIST,
    SCAN,
    SUDO,
    PATCH;

    /** The word in policies and answers. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Capability> of(String word) {
        for (var each : values()) {
            if (each.word().equals(word)) return Optional.of(each);
        }
        return Optional.empty();
    }

    int bit() {
        return 1 << ordinal();
    }
}
