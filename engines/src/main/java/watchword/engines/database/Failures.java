package watchword.engines.database;

import java.sql.SQLException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import watchword.sdk.Problem;

/** What a driver's failures mean, in our own words: its messages may hold statements, and these may hold passwords. */
final class Failures {
    private Failures() {}

    /** @param doing what failed, as in {@code failed to execute query} */
    static Problem.ProblemException problem(String doing, SQLException failed) {
        for (Throwable at = failed; at != null; at = at.getCause()) {
            if (at instanceof Problem.ProblemException ours) return ours;
        }
        return new Problem.Upstream(doing + ": " + why(failed)).asException();
    }

    private static String why(SQLException failed) {
        for (Throwable at = failed; at != null; at = at.getCause()) {
            if (at instanceof SSLException) return "the server's certificate is not trusted, or it does not speak TLS";
        }
        var state = state(failed);
        var known = switch (state.length() < 2 ? "" : state.substring(0, 2)) {
            case "08" -> "the database cannot be reached";
            case "28" -> "the database does not take the user and password";
            case "42" -> state.equals("42501") ? "the configured user lacks the privilege" : state.equals("42710") ? "there is such an account already" : "the database does not take a statement";
            case "53" -> "the database is out of resources";
            case "57" -> state.equals("57014") ? "a statement took too long" : "the database is shutting down";
            case "2B" -> "other things in the database depend on the account";
            default -> "the database refused";
        };
        return known + " (SQLSTATE " + state + (failed.getErrorCode() == 0 ? "" : ", error " + failed.getErrorCode()) + ")";
    }

    /** Codes are five letters and digits; nothing else of them is repeated. */
    private static String state(SQLException failed) {
        var state = failed.getSQLState();
        return state != null && state.toUpperCase(Locale.ROOT).matches("[0-9A-Z]{5}") ? state : "unknown";
    }

    /** Whether the database looked at a login and refused it. */
    static boolean isRefusedLogin(SQLException failed) {
        return state(failed).startsWith("28");
    }
}
