package watchword.core.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import watchword.sdk.Route.Operation;

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
    PATCH,
    /** Hear of events. */
    SUBSCRIBE;

    private static final Capability[] ALL = values();

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The word in policies and answers. */
    public String word() {
        return word;
    }

    public static Optional<Capability> of(String word) {
        for (var each : ALL) {
            if (each.word.equals(word)) return Optional.of(each);
        }
        return Optional.empty();
    }

    public int bit() {
        return 1 << ordinal();
    }

    public boolean isIn(int bits) {
        return (bits & bit()) != 0;
    }

    /** How a request that needs it reaches an engine; for {@link #SUDO}, {@link #DENY} and {@link #SUBSCRIBE}, which no request needs alone, as a read. */
    public Operation operation() {
        return switch (this) {
            case READ, SUDO, DENY, SUBSCRIBE -> Operation.READ;
            case CREATE, UPDATE -> Operation.WRITE;
            case PATCH -> Operation.PATCH;
            case DELETE -> Operation.DELETE;
            case LIST -> Operation.LIST;
            case SCAN -> Operation.SCAN;
        };
    }

    /** What a request may need, by its word. */
    public static Optional<Capability> ofOperation(String word) {
        return of(word).filter(each -> each != DENY && each != SUDO && each != SUBSCRIBE);
    }

    /** Asks for the names in a folder, whose path ends in a slash. */
    public boolean isOfFolders() {
        return this == LIST || this == SCAN;
    }

    /** The words for a set of capabilities, sorted; {@code deny} alone when it is among them, or when nothing is. */
    public static List<String> words(int bits) {
        if (bits == 0 || DENY.isIn(bits)) return List.of(DENY.word);
        var words = new ArrayList<String>();
        for (var each : ALL) if (each.isIn(bits)) words.add(each.word);
        words.sort(null);
        return List.copyOf(words);
    }
}
