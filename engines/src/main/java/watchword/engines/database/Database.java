package watchword.engines.database;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/**
 * One database server and what the engine does there. Every method may be called again after a crash. Of what a driver says of a failure
 * nothing is passed on but its code, as it may repeat the statement.
 */
interface Database extends AutoCloseable {

    /** An account that is to be made. */
    record Account(String username, Secret password, Instant end) {}

    /** @throws Problem.ProblemException when it cannot be reached, or does not let the configured user in */
    void verify();

    boolean has(String username);

    /**
     * @param creation how
     * @param rollback what is run when that fails
     */
    void create(Account account, List<String> creation, List<String> rollback);

    /** Succeeds when there is no such account. */
    void remove(String username, List<String> revocation);

    /** Lets an account be good until then, where accounts have an end. */
    void prolong(String username, Instant end, List<String> renewal);

    /**
     * @return why not, when the database refused and the old one is in force for certain
     * @throws Problem.ProblemException when it is not known what came of it
     */
    Optional<Problem> setPassword(String username, Secret password, List<String> rotation);

    /** Whether an account's password is this one. @throws Problem.ProblemException when that could not be found out */
    boolean logsIn(String username, Secret password);

    @Override
    void close();
}
