package watchword.core.pipeline;

import java.util.Locale;
import java.util.Optional;
import watchword.core.mount.Engines;
import watchword.core.mount.RouteTable;

/** What {@code ?help=1} prints, from the routes' own declarations. */
final class HelpText {
    private HelpText() {}

    static Optional<String> of(Engines.Mounted engine, String path) {
        var text = new StringBuilder();
        if (path.isEmpty()) {
            text.append("## DESCRIPTION\n\n").append(engine.engine().help()).append("\n\n## PATHS\n");
            for (var bound : engine.routes().all()) line(text, bound);
            return Optional.of(text.toString());
        }
        var routes = engine.routes().on(path);
        if (routes.isEmpty()) return Optional.empty();
        text.append("Request:        ").append(path).append('\n');
        for (var bound : routes) {
            line(text, bound);
            for (var field : bound.input().fields()) {
                if (!field.body()) text.append("\n        ").append(field.name()).append(" (").append(field.typeName()).append(")\n            ").append(field.doc()).append('\n');
            }
        }
        return Optional.of(text.toString());
    }

    private static void line(StringBuilder text, RouteTable.Bound<?, ?> bound) {
        text.append("\n    ").append(bound.route().operation().name().toLowerCase(Locale.ROOT)).append(' ').append(bound.route().path()).append("\n        ")
                .append(bound.route().summary()).append('\n');
    }
}
