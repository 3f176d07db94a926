package watchword.cli.command;

import java.util.List;
import watchword.client.Json;

/** {@code KEY=VALUE} texts, whose form the parser has checked, into an object. */
final class Pairs {
    private Pairs() {}

    static Json.Obj of(List<String> pairs) {
        var fields = Json.fields();
        for (var pair : pairs) {
            int equals = pair.indexOf('=');
            fields.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return fields.build();
    }
}
