package watchword.sdk;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A transactional, ordered map from slash-separated keys to bytes. There is no way to touch it outside a transaction, and no way to
 * forget one: a transaction is the length of a lambda.
 *
 * <p>Keys are 1 to {@value #MAX_KEY_BYTES} bytes of UTF-8 and are ordered by those bytes; a lone surrogate is refused. Values are at
 * most {@value #MAX_VALUE_BYTES} bytes. Arrays handed in or out belong to the storage from then on and must not be changed.
 */
public interface Storage extends AutoCloseable {

    int MAX_KEY_BYTES = 4096;
    int MAX_VALUE_BYTES = 32 << 20;

    /**
     * Runs {@code work} on one consistent snapshot, of some moment between this call and its return: it sees all of a write or nothing
     * of it, and each write that had returned before this call. {@code work} may be run again from the start (an optimistic snapshot
     * that failed), so it must do nothing but use its argument, and the reader must not escape it.
     */
    <T extends @Nullable Object> T read(Function<Reader, T> work);

    /**
     * Runs {@code work} and makes all its writes durable at once, or none. When this returns, they survive a crash. On a conflict
     * {@code work} runs again from the start, so it must do nothing but use its argument. An exception out of {@code work} undoes its
     * writes and is thrown on unchanged.
     *
     * @throws IllegalStateException when called from inside another {@code write}
     * @throws StorageException when it failed; the writes are gone unless {@link StorageException#isOutcomeUnknown}
     */
    <T extends @Nullable Object> T write(Function<Writer, T> work);

    /** {@link #write} for work without a result. */
    default void update(Consumer<Writer> work) {
        write(tx -> {
            work.accept(tx);
            return true;
        });
    }

    @Override
    void close();

    /** What can be seen inside a transaction. Not thread-safe: one thread at a time. */
    interface Reader {
        Optional<byte[]> get(String key);

        /**
         * The value decoded. A caching storage keeps what {@code decode} made beside the bytes, so that a hot entry is decoded once; a
         * decoder must therefore be a pure function and its result immutable, and the same object must be passed for the same key.
         */
        default <T> Optional<T> get(String key, Function<byte[], T> decode) {
            return get(key).map(decode);
        }

        /**
         * Names directly below {@code prefix} (which ends in a slash, or is empty), in byte order, folders ending in a slash; only names
         * after {@code after} (exclusive; empty for all), at most {@code limit}.
         */
        List<String> list(String prefix, String after, int limit);

        /** Entries whose keys start with {@code prefix} and come after {@code after} (a whole key; empty for all), in byte order. */
        List<Entry> scan(String prefix, String after, int limit);
    }

    /** A reader that also writes; it sees its own writes. */
    interface Writer extends Reader {
        void put(String key, byte[] value);

        /** Deletes the entry, if there is one. */
        void delete(String key);
    }

    /** One stored entry. */
    @SuppressWarnings("ArrayRecordComponent") // a value object between storage and codec; never compared
    record Entry(String key, byte[] value) {}

    /** The storage could not do what was asked; the message is for the operator's log and holds no stored value. */
    final class StorageException extends RuntimeException {
        private final boolean outcomeUnknown;
        private final String advice;

        public StorageException(String message, boolean outcomeUnknown, @Nullable Throwable cause) {
            this(message, outcomeUnknown, cause, "");
        }

        /** @param advice see {@link #advice} */
        public StorageException(String message, boolean outcomeUnknown, @Nullable Throwable cause, String advice) {
            super(message, cause);
            this.outcomeUnknown = outcomeUnknown;
            this.advice = advice;
        }

        /** What any caller may be told of why and what helps, in fixed words; empty for nothing. */
        public String advice() {
            return advice;
        }

        /** True when the disk or connection failed between "write" and "flushed": the caller must read back before retrying. */
        public boolean isOutcomeUnknown() {
            return outcomeUnknown;
        }
    }
}
