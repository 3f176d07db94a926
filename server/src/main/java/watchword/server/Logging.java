package watchword.server;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import watchword.core.json.Json;
import watchword.server.config.GlobalSettings;
import watchword.server.config.GlobalSettings.LogFormat;
import watchword.server.config.GlobalSettings.LogLevel;

/** The server's log: one event a line, on standard error, as text or JSON. */
final class Logging {
    /** Its own news are of no use to an operator. Held, because a logger that nobody holds forgets its level. */
    private static final Logger HTTP_LAYER = Logger.getLogger("org.eclipse.jetty");
    /** These quote requests, with whatever stands in their queries. */
    private static final List<Logger> QUOTING = List.of(Logger.getLogger("org.eclipse.jetty.server.Response"), Logger.getLogger("org.eclipse.jetty.http.HttpParser"));

    private Logging() {}

    static void configure(GlobalSettings settings) {
        configure(settings.logLevel(), settings.logFormat());
    }

    /** From now on; may be called again. */
    static void configure(LogLevel level, LogFormat format) {
        var at = switch (level) {
            case TRACE -> Level.FINER;
            case DEBUG -> Level.FINE;
            case INFO -> Level.INFO;
            case WARN -> Level.WARNING;
            case ERROR -> Level.SEVERE;
        };
        LogManager.getLogManager().reset();
        var handler = new ConsoleHandler();
        handler.setLevel(Level.ALL); // what is logged is the loggers' to say: each part of the server may have its own level
        handler.setFormatter(switch (format) {
            case JSON -> new JsonLines();
            case STANDARD -> new TextLines();
        });
        var root = Logger.getLogger("");
        root.addHandler(handler);
        root.setLevel(at);
        QUOTING.forEach(logger -> logger.setLevel(Level.SEVERE));
        HTTP_LAYER.setLevel(at.intValue() > Level.WARNING.intValue() ? at : Level.WARNING);
    }

    private static String word(Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) return "error";
        if (level.intValue() >= Level.WARNING.intValue()) return "warn";
        return level.intValue() >= Level.INFO.intValue() ? "info" : "debug";
    }

    private static final class TextLines extends Formatter {
        @Override
        public String format(LogRecord record) {
            var thrown = record.getThrown() == null ? "" : " (" + record.getThrown().getClass().getSimpleName() + ": " + record.getThrown().getMessage() + ")";
            return record.getInstant() + " [" + word(record.getLevel()) + "] " + oneLine(formatMessage(record) + thrown) + "\n";
        }

        /** What others said cannot begin a line of its own, or color the terminal. */
        private static String oneLine(String text) {
            var line = new StringBuilder(text.length());
            text.codePoints().forEach(c -> {
                if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029 || Character.getType(c) == Character.FORMAT) line.append(String.format("\\u%04x", c));
                else line.appendCodePoint(c);
            });
            return line.toString();
        }
    }

    private static final class JsonLines extends Formatter {
        @Override
        public String format(LogRecord record) {
            var line = new LinkedHashMap<String, Object>();
            line.put("@timestamp", record.getInstant().toString());
            line.put("@level", word(record.getLevel()));
            line.put("@module", String.valueOf(record.getLoggerName()));
            line.put("@message", formatMessage(record));
            if (record.getThrown() != null) line.put("error", record.getThrown().getClass().getSimpleName() + ": " + record.getThrown().getMessage());
            return new String(Json.writeAscii(line), StandardCharsets.US_ASCII) + "\n";
        }
    }
}
