package watchword.sdk;

import java.util.Optional;

/**
 * The JSON that engines exchange with others, read as strictly as a request is: no name twice, and an end to depth, length and number.
 * Objects are maps in their written order, integers {@link Long}, other numbers {@link JsonNumber}.
 */
public interface JsonCodec {

    /** Empty for what is not JSON, and for {@code null}. */
    Optional<Object> read(byte[] text);

    byte[] write(Object tree);
}
