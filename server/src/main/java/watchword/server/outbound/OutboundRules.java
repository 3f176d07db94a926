package watchword.server.outbound;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Cidrs;
import watchword.sdk.Problem;

/**
 * Which addresses may be reached. A name is judged by the addresses it stands for, once, and those are the ones connected to.
 *
 * @param allow blocks of addresses that may be reached besides those that are nobody's; all others when empty
 * @param deny blocks that may not; goes before {@code allow}
 */
public record OutboundRules(List<String> allow, List<String> deny) {

    /** Everything but what hands out the machine's own identity, and addresses that are no single machine's. */
    public static final OutboundRules DEFAULT =
            new OutboundRules(List.of(), List.of("169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "fd20:ce::/64", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32"));

    private static final List<String> TRANSLATED = List.of("64:ff9b::/96", "64:ff9b:1::/48", "::/96");
    private static final List<String> TUNNELLED = List.of("2002::/16");

    /** The addresses that a name stands for, all of which may be reached. */
    InetAddress[] judged(String host) throws UnknownHostException {
        var all = InetAddress.getAllByName(host);
        if (Arrays.stream(all).allMatch(address -> permit(address) && meant(address).map(this::isNotDenied).orElse(true))) return all;
        throw new Problem.Upstream("the server's settings do not allow connections to this address").asException();
    }

    private boolean permit(InetAddress address) {
        boolean one = !address.isAnyLocalAddress() && !address.isMulticastAddress();
        return one && isNotDenied(address) && Cidrs.allows(allow, text(address));
    }

    private boolean isNotDenied(InetAddress address) {
        return deny.isEmpty() || !Cidrs.allows(deny, text(address));
    }

    /** The IPv4 address that an IPv6 address may lead to, by way of a translator or a tunnel. */
    private static Optional<InetAddress> meant(InetAddress address) {
        var bytes = address.getAddress();
        if (bytes.length == 4) return Optional.empty();
        if (Cidrs.allows(TRANSLATED, text(address))) return Optional.of(fourth(bytes, 12));
        return Cidrs.allows(TUNNELLED, text(address)) ? Optional.of(fourth(bytes, 2)) : Optional.empty();
    }

    private static InetAddress fourth(byte[] bytes, int from) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, from, from + 4));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String text(InetAddress address) {
        var text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }
}
