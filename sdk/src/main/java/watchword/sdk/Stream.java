package watchword.sdk;

import java.time.Duration;

/** An answer that goes on: messages, one after the other, until it ends. One thread takes them; any may close it. */
public interface Stream extends AutoCloseable {

    /** What comes next. */
    sealed interface Next {
        /** @param text JSON */
        record Message(String text) implements Next {}

        /** Nothing came in time. */
        record Silence() implements Next {}

        /** @param why for whoever listens */
        record End(String why) implements Next {}
    }

    Next next(Duration longest) throws InterruptedException;

    /** Nobody listens any more. Again, it does nothing. */
    @Override
    void close();
}
