package watchword.sdk;

import java.util.List;

/**
 * An expected failure, as the caller will read it. Each kind has one HTTP status, mapped in one switch in {@code core}. Throw it with
 * {@code throw new Problem.NotFound().asException()}; the pipeline turns it into the answer. Messages are API: clients match on some of
 * them ({@code spec/errors.md}). They never contain a secret, nor tell what exists to somebody who may not know.
 */
public sealed interface Problem {

    /** What the client reads in {@code errors}; empty for an answer without a message. */
    List<String> messages();

    default ProblemException asException() {
        return new ProblemException(this);
    }

    /** 400: the request cannot be carried out as it stands. */
    record Invalid(List<String> messages) implements Problem {
        public Invalid(String message) {
            this(List.of(message));
        }

        /** One field is wrong. */
        public Invalid(String field, String what) {
            this(List.of(field + ": " + what));
        }
    }

    /** 400: a login whose proof was wrong; it counts against whom it was for, and says the same of somebody who is not there. */
    record BadLogin(List<String> messages) implements Problem {
        public BadLogin(String message) {
            this(List.of(message));
        }
    }

    /** 403: the caller may not, or is not who it says. */
    record Denied(List<String> messages) implements Problem {
        /** A caller without a valid token. */
        public Denied() {
            this(List.of("permission denied"));
        }

        public Denied(String message) {
            this(List.of(message));
        }

        /** A known caller whose policies do not allow the request. Worded as the field's clients know it. */
        public static Denied byPolicy() {
            return new Denied(multi("permission denied"));
        }
    }

    /** 404: nothing there. Without a message, clients read it as "no value at this path". */
    record NotFound(List<String> messages) implements Problem {
        public NotFound() {
            this(List.of());
        }

        public NotFound(String message) {
            this(List.of(message));
        }

        public static NotFound unsupportedPath() {
            return new NotFound(multi("unsupported path"));
        }
    }

    /** 405: the path exists, but not for this operation. */
    record Unsupported(List<String> messages) implements Problem {
        public Unsupported() {
            this(List.of(multi("unsupported operation")));
        }
    }

    /** 412: the state the request builds on has changed or has not arrived yet; clients retry. */
    record Conflict(List<String> messages) implements Problem {
        public Conflict(String message) {
            this(List.of(message));
        }
    }

    /** 413: larger than this server accepts. */
    record TooLarge(List<String> messages) implements Problem {
        public TooLarge(String message) {
            this(List.of(message));
        }
    }

    /** 415: a content type this route does not take. */
    record MediaType(List<String> messages) implements Problem {
        public MediaType(String message) {
            this(List.of(message));
        }
    }

    /** 429: over a quota. */
    record TooMany(List<String> messages) implements Problem {
        public TooMany(String message) {
            this(List.of(message));
        }
    }

    /** 500: our fault or our disk's; the message says no more than the caller may know. */
    record Internal(List<String> messages) implements Problem {
        public Internal(String message) {
            this(List.of(message));
        }
    }

    /** 502: a system behind an engine failed or refused. */
    record Upstream(List<String> messages) implements Problem {
        public Upstream(String message) {
            this(List.of(message));
        }
    }

    /** 503: cannot serve now: sealed, not initialised, or no audit device can record. */
    record Unavailable(List<String> messages) implements Problem {
        public Unavailable(String message) {
            this(List.of(message));
        }
    }

    /** The field's wording for one error that an engine raised rather than answered. Clients print it; some match on it. */
    static String multi(String message) {
        return "1 error occurred:\n\t* " + message + "\n\n";
    }

    /** Carries a {@link Problem} to the pipeline. No stack trace: it is an answer, not a bug. */
    final class ProblemException extends RuntimeException {
        private final transient Problem problem;

        ProblemException(Problem problem) {
            super(String.join("; ", problem.messages()), null, false, false);
            this.problem = problem;
        }

        public Problem problem() {
            return problem;
        }
    }
}
