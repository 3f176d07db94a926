package watchword.cli.line;

import java.io.IOException;

/** What is known about who reads and types. */
public interface Terminal {
    /** True when a person reads standard output. */
    boolean readsOutput();

    /** True when a person reads standard error. */
    boolean readsErrors();

    /**
     * Asks for a text without showing it as it is typed.
     *
     * @throws UsageException when there is nobody to ask
     */
    String hidden(String question) throws IOException, UsageException;
}
