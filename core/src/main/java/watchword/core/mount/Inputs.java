package watchword.core.mount;

import java.util.Map;
import watchword.core.wire.Schema;
import watchword.sdk.Problem;

/** Reads a part of a request that is a record of its own. */
final class Inputs {
    private Inputs() {}

    static <R extends Record> R decode(Class<R> type, Map<String, Object> body, String path) {
        try {
            return Schema.of(type).decodeRequest(body, Map.of("path", path));
        } catch (Schema.FieldException wrong) {
            throw new Problem.Invalid("Field validation failed: error converting input for field \"" + wrong.field() + "\": " + wrong.getMessage()).asException();
        }
    }
}
