package watchword.engines.kv;

import org.jspecify.annotations.Nullable;
import watchword.sdk.Problem;

/** The version that a writer believes to be the newest, as clients send it inside {@code options}: a number, or a number as text. */
final class Cas {
    private Cas() {}

    static long of(@Nullable Object sent) {
        try {
            return switch (sent) {
                case null -> 0;
                case Long number -> number;
                case Boolean truth -> truth ? 1 : 0;
                case String text when text.isBlank() -> 0;
                case String text -> Long.parseLong(text.trim());
                default -> throw unreadable();
            };
        } catch (NumberFormatException notANumber) {
            throw unreadable();
        }
    }

    private static Problem.ProblemException unreadable() {
        return new Problem.Invalid("error parsing check-and-set parameter").asException();
    }
}
