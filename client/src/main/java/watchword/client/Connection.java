package watchword.client;

import java.io.IOException;

/** Bytes to and from a server, until a deadline. One thread at a time. */
interface Connection extends AutoCloseable {

    /** At least one byte, or -1 at the end. @throws java.net.SocketTimeoutException at the deadline */
    int read(byte[] into, Deadline deadline) throws IOException;

    /** All of it. */
    void write(byte[] bytes, int length, Deadline deadline) throws IOException;

    @Override
    void close();
}
