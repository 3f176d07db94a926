package watchword.storage;

import java.sql.SQLException;
import watchword.sdk.Storage.StorageException;

/** What PostgreSQL's SQLSTATE codes mean for us (https://www.postgresql.org/docs/15/errcodes-appendix.html). */
final class PostgresErrors {
    private PostgresErrors() {}

    /** The work has to run again from its start. */
    @SuppressWarnings("serial")
    static final class RunAgain extends RuntimeException {
        private final SQLException why;

        RunAgain(SQLException why) {
            super("run again", why, false, false);
            this.why = why;
        }

        SQLException why() {
            return why;
        }
    }

    private static String state(SQLException failed) {
        var state = failed.getSQLState();
        return state == null ? "" : state;
    }

    /** Serialization failure or deadlock: the database undid the transaction and asks to try again. */
    static boolean isConflict(SQLException failed) {
        return state(failed).equals("40001") || state(failed).equals("40P01");
    }

    static boolean isConnectionLost(SQLException failed) {
        return state(failed).startsWith("08") || state(failed).startsWith("57P0");
    }

    /** Of a failed COMMIT: an error that the database answered with undid the transaction; without an answer, nobody knows. */
    static boolean mayHaveBeenCommitted(SQLException failed) {
        var state = state(failed);
        return state.isEmpty() || state.equals("40003") || isConnectionLost(failed) || state.startsWith("58") || state.startsWith("XX");
    }

    /** The driver's message names server, user and database; it never saw the address, and keeps details of rows to itself. */
    static StorageException exception(String what, SQLException failed, boolean outcomeUnknown) {
        return new StorageException(what + ": " + failed.getMessage() + " (SQLSTATE " + state(failed) + ")", outcomeUnknown, failed, advice(failed));
    }

    private static String advice(SQLException failed) {
        if (isConnectionLost(failed)) return "its database cannot be reached";
        if (isConflict(failed)) return "too many wrote the same at once; try again";
        return switch (state(failed)) {
            case "53100" -> "there is no room on its database's disk";
            case "25006" -> "its database takes no writes";
            default -> state(failed).startsWith("53") ? "its database is out of resources" : "";
        };
    }
}
