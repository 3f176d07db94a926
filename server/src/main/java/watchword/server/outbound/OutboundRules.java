package watchword.server.outbound;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
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
    public static final OutboundRules DEFAULT = new OutboundRules(List.of(), List.of("169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "100.100.100.200/32"));

    /** The addresses that a name stands for, all of which may be reached. */
    InetAddress[] judged(String host) throws UnknownHostException {
        var all = InetAddress.getAllByName(host);
        if (Arrays.stream(all).allMatch(this::permit)) return all;
        throw new Problem.Upstream("the server's settings do not allow connections to this address").asException();
    }

    private boolean permit(InetAddress address) {
        var text = withoutScope(address.getHostAddress());
        if (address.isAnyLocalAddress() || address.isMulticastAddress()) return false;
        if (!deny.isEmpty() && Cidrs.allows(deny, text)) return false;
        return Cidrs.allows(allow, text);
    }

    private static String withoutScope(String address) {
        int scope = address.indexOf('%');
        return scope < 0 ? address : address.substring(0, scope);
    }
}
