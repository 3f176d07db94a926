package watchword.core.audit;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Lines to standard output, to nowhere, or to a socket: tcp, udp or unix. Connects again after a failure. */
final class StreamSink implements Sink {

    /** How a line is written. */
    sealed interface Framing {
        Framing LINES = new Lines();

        record Lines() implements Framing {}

        /** RFC 5424. */
        record Syslog(String facility, String tag) implements Framing {
            int priority() {
                int facility = List.of("KERN", "USER", "MAIL", "DAEMON", "AUTH", "SYSLOG", "LPR", "NEWS", "UUCP", "CRON", "AUTHPRIV", "FTP", "NTP", "SECURITY", "CONSOLE", "SOLARIS-CRON",
                        "LOCAL0", "LOCAL1", "LOCAL2", "LOCAL3", "LOCAL4", "LOCAL5", "LOCAL6", "LOCAL7").indexOf(facility().toUpperCase(Locale.ROOT));
                return (facility < 0 ? 4 : facility) * 8 + 6;
            }
        }
    }

    private final String address;
    private final String kind;
    private final Framing framing;
    private @Nullable OutputStream stream;
    private @Nullable DatagramChannel datagrams;

    StreamSink(String address, String kind, Framing framing) {
        this.address = address;
        this.kind = kind;
        this.framing = framing;
    }

    /** What is on the other side is not ours to read; the chain begins anew, and says from where. */
    @Override
    public Chain.Head open() throws IOException {
        close();
        switch (kind) {
            case "stdout" -> stream = new FileOutputStream(FileDescriptor.out);
            case "discard" -> stream = OutputStream.nullOutputStream();
            case "tcp" -> stream = Channels.newOutputStream(SocketChannel.open(hostAndPort()));
            case "unix" -> stream = Channels.newOutputStream(SocketChannel.open(UnixDomainSocketAddress.of(address)));
            case "udp" -> {
                var channel = DatagramChannel.open(StandardProtocolFamily.INET);
                channel.connect(hostAndPort());
                datagrams = channel;
            }
            default -> throw new IOException("socket_type must be tcp, udp or unix");
        }
        return new Chain.Head(0, Chain.START);
    }

    private InetSocketAddress hostAndPort() throws IOException {
        int colon = address.lastIndexOf(':');
        try {
            return new InetSocketAddress(address.substring(0, Math.max(colon, 0)), Integer.parseInt(address.substring(colon + 1)));
        } catch (NumberFormatException invalid) {
            throw new IOException("address must be host:port");
        }
    }

    @Override
    public void write(byte[] lines) throws IOException {
        try {
            int start = 0;
            for (int i = 0; i < lines.length; i++) {
                if (lines[i] == '\n') {
                    writeLine(lines, start, i);
                    start = i + 1;
                }
            }
            if (stream != null) stream.flush();
        } catch (IOException failed) {
            throw new TornException(failed);
        }
    }

    private void writeLine(byte[] lines, int start, int end) throws IOException {
        var head = switch (framing) {
            case Framing.Lines _ -> new byte[0];
            case Framing.Syslog syslog -> ("<" + syslog.priority() + ">1 - - " + syslog.tag() + " - - - ").getBytes(StandardCharsets.US_ASCII);
        };
        var line = new byte[head.length + end - start + 1];
        System.arraycopy(head, 0, line, 0, head.length);
        System.arraycopy(lines, start, line, head.length, end - start);
        line[line.length - 1] = '\n';
        var open = datagrams;
        if (open != null) open.write(ByteBuffer.wrap(line, 0, line.length - 1));
        else if (stream != null) stream.write(line);
        else throw new IOException("not connected");
    }

    @Override
    public void close() throws IOException {
        var open = stream;
        var channel = datagrams;
        stream = null;
        datagrams = null;
        if (open != null && !kind.equals("stdout")) open.close();
        if (channel != null) channel.close();
    }
}
