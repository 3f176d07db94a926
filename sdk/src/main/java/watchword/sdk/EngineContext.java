package watchword.sdk;

import java.security.SecureRandom;
import java.time.InstantSource;

/** All the outside world an engine may touch. If it is not here, an engine cannot use it, and a test can replace it. */
public interface EngineContext {

    InstantSource clock();

    SecureRandom random();

    JsonCodec json();

    /** The records kept under {@code name/} in the mount's own part of the store. */
    <T extends Record> Table<T> table(String name, Class<T> type);
}
