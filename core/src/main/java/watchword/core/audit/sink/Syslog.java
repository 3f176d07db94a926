package watchword.core.audit.sink;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import watchword.core.audit.chain.LineBatch;

/** Lines as syslog messages, RFC 5424; over a stream each with its length before it, RFC 6587 section 3.4.1. */
public final class Syslog implements Framing {
    private static final int INFORMATIONAL = 6;
    private static final List<String> FACILITIES = List.of("KERN", "USER", "MAIL", "DAEMON", "AUTH", "SYSLOG", "LPR", "NEWS", "UUCP", "CRON", "AUTHPRIV", "FTP",
            "NTP", "AUDIT", "ALERT", "CLOCK", "LOCAL0", "LOCAL1", "LOCAL2", "LOCAL3", "LOCAL4", "LOCAL5", "LOCAL6", "LOCAL7");
    private static final int LONGEST_HEADER = 512;

    private final InstantSource clock;
    private final int priority;
    private final String origin;

    /** @param host and {@code tag}: printable ASCII without spaces; see {@link #isName} */
    public Syslog(InstantSource clock, int facility, String host, String tag, long process) {
        this.clock = clock;
        this.priority = facility * 8 + INFORMATIONAL;
        this.origin = " " + host + " " + tag + " " + process + " audit - ";
    }

    /** The number of a facility by its name, in any case. */
    public static Optional<Integer> facility(String name) {
        int number = FACILITIES.indexOf(name.toUpperCase(Locale.ROOT));
        return number < 0 ? Optional.empty() : Optional.of(number);
    }

    /** Whether a text can stand in the header. */
    public static boolean isName(String text) {
        return !text.isEmpty() && text.length() <= 48 && text.chars().allMatch(c -> c > 0x20 && c < 0x7f);
    }

    private byte[] header() {
        return ("<" + priority + ">1 " + clock.instant().truncatedTo(ChronoUnit.MICROS) + origin).getBytes(StandardCharsets.US_ASCII);
    }

    /** Without the line end: a message ends where it ends. */
    @Override
    public ByteBuffer message(LineBatch lines, int index) {
        var message = new ByteArrayOutputStream(LONGEST_HEADER + lines.end(index) - lines.start(index));
        write(message, header(), lines, index);
        return ByteBuffer.wrap(message.toByteArray());
    }

    private static void write(ByteArrayOutputStream to, byte[] header, LineBatch lines, int index) {
        to.writeBytes(header);
        to.write(lines.bytes(), lines.start(index), lines.end(index) - 1 - lines.start(index));
    }

    @Override
    public ByteBuffer stream(LineBatch lines) {
        var all = new ByteArrayOutputStream(lines.length() + lines.lines() * 128);
        var header = header();
        for (int i = 0; i < lines.lines(); i++) {
            int length = header.length + lines.end(i) - 1 - lines.start(i);
            all.writeBytes((length + " ").getBytes(StandardCharsets.US_ASCII));
            write(all, header, lines, i);
        }
        return ByteBuffer.wrap(all.toByteArray());
    }

    @Override
    public int overhead() {
        return LONGEST_HEADER;
    }
}
