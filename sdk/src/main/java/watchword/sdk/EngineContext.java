package watchword.sdk;

import java.security.SecureRandom;
import java.time.InstantSource;

/** What every engine is given of the world outside. Anything else, such as {@link Outbound}, comes by its own constructor, so that a test can replace it. */
public interface EngineContext {

    InstantSource clock();

    SecureRandom random();

    JsonCodec json();

    /**
     * A new password by a password policy of the mount's namespace. Not from inside a transaction.
     *
     * @throws Problem.ProblemException when there is no such policy
     */
    Secret password(String policy);

    /** The records kept under {@code name/} in the mount's own part of the store. */
    <T extends Record> Table<T> table(String name, Class<T> type);
}
