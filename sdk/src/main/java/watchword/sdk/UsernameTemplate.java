package watchword.sdk;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** How the names of new accounts are made: of who asks for which role, and differently each time. */
public final class UsernameTemplate {
    /** Names that a template must make differently at one moment, for who has long names. */
    private static final int TRIALS = 64;
    /** What no statement can be steered by, however deep in quotes a name is put. */
    private static final String PUNCTUATION = "-_.@+:=/~";

    private final NameTemplate names;

    private UsernameTemplate(NameTemplate names) {
        this.names = names;
    }

    /** @throws Problem.ProblemException when it is no template */
    public static UsernameTemplate parse(String text) {
        return new UsernameTemplate(NameTemplate.parse(text, Set.of("DisplayName", "RoleName"), PUNCTUATION));
    }

    /** @throws Problem.ProblemException when it would make one name twice */
    public void requireFresh(Instant now, SecureRandom random) {
        var made = new HashSet<String>();
        var longName = "x".repeat(64);
        for (int i = 0; i < TRIALS; i++) {
            if (!made.add(make(longName, longName, now, random))) {
                throw new Problem.Invalid("invalid username template: it makes the same name again: let it have a part like {{random 20}}, and truncate none of that").asException();
            }
        }
    }

    public String make(String displayName, String roleName, Instant now, SecureRandom random) {
        return names.make(Map.of("DisplayName", displayName, "RoleName", roleName), now, random);
    }
}
