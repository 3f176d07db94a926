package watchword.server.config;

import java.net.InetAddress;

/** Addresses as a configuration names them. */
final class Addresses {
    private static final int MAX_PORT = 65_535;

    private Addresses() {}

    /** @param host without brackets; every address of the machine, where none is named */
    record HostPort(String host, int port) {
        @Override
        public String toString() {
            return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        }
    }

    /** {@code host:port}, {@code [v6]:port}, or the host alone. */
    static HostPort hostPort(String text, int otherwise) {
        int colon = text.lastIndexOf(':');
        boolean bracketed = text.startsWith("[");
        boolean hasPort = bracketed ? text.indexOf("]:") > 0 : colon >= 0;
        var host = hasPort ? text.substring(0, colon) : text;
        if ((bracketed && !host.endsWith("]")) || (!bracketed && host.indexOf(':') >= 0)) throw new RefusedException("address", "must be host:port, with an IPv6 address in brackets");
        return new HostPort(host.isEmpty() ? "0.0.0.0" : bracketed ? host.substring(1, host.length() - 1) : host, hasPort ? port(text.substring(colon + 1)) : otherwise);
    }

    private static int port(String text) {
        if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > MAX_PORT) throw new RefusedException("address", "must be host:port, with a port up to " + MAX_PORT);
        return Integer.parseInt(text);
    }

    /** An address, or one and how many of its bits count. */
    static boolean isBlock(String text) {
        int slash = text.indexOf('/');
        try {
            var address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
            return slash < 0 || (text.substring(slash + 1).matches("\\d{1,3}") && Integer.parseInt(text.substring(slash + 1)) <= address.getAddress().length * 8);
        } catch (IllegalArgumentException aName) {
            return false;
        }
    }
}
