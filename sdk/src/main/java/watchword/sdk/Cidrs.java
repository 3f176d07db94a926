package watchword.sdk;

import java.net.InetAddress;
import java.util.HexFormat;
import java.util.List;

/** Blocks of IP addresses as texts, {@code 10.0.0.0/8}; one without a length is a single address. Names are never looked up. */
public final class Cidrs {
    private Cidrs() {}

    /** Whether an address is within one of the blocks; no blocks allow all. */
    public static boolean allows(List<String> blocks, String address) {
        return blocks.isEmpty() || blocks.stream().anyMatch(block -> contains(block, address));
    }

    private static boolean contains(String block, String address) {
        try {
            int slash = block.indexOf('/');
            var network = InetAddress.ofLiteral(slash < 0 ? block : block.substring(0, slash)).getAddress();
            var host = InetAddress.ofLiteral(address).getAddress();
            int bits = slash < 0 ? network.length * 8 : Integer.parseInt(block.substring(slash + 1));
            if (network.length != host.length || bits < 0 || bits > network.length * 8) return false;
            for (int i = 0; i < bits; i++) {
                int mask = 0x80 >> (i % 8);
                if ((network[i / 8] & mask) != (host[i / 8] & mask)) return false;
            }
            return true;
        } catch (IllegalArgumentException notAnAddress) {
            return false;
        }
    }

    /** Whether a text is an IP address, and not a name. */
    public static boolean isAddress(String text) {
        try {
            return !text.isEmpty() && InetAddress.ofLiteral(text) != null;
        } catch (IllegalArgumentException aName) {
            return false;
        }
    }

    /** What one client has of addresses, so that it counts as one: an IPv4 address, or all of an IPv6 network of 64 bits. */
    public static String network(String address) {
        if (address.indexOf(':') < 0) return address;
        try {
            var bytes = InetAddress.ofLiteral(address).getAddress();
            return bytes.length == 4 ? InetAddress.ofLiteral(address).getHostAddress() : HexFormat.of().formatHex(bytes, 0, 8);
        } catch (IllegalArgumentException notAnAddress) {
            return address;
        }
    }

    /** Whether every address of {@code block} is in one of {@code wider}; no wider blocks allow all. */
    public static boolean isWithin(String block, List<String> wider) {
        if (wider.isEmpty()) return true;
        int slash = block.indexOf('/');
        var address = slash < 0 ? block : block.substring(0, slash);
        return wider.stream().anyMatch(each -> prefixBits(each) <= prefixBits(block) && contains(each, address));
    }

    private static int prefixBits(String block) {
        int slash = block.indexOf('/');
        return slash < 0 ? (block.indexOf(':') < 0 ? 32 : 128) : Integer.parseInt(block.substring(slash + 1));
    }

    /** @throws Problem.ProblemException when one of them is not an address or a block of addresses */
    public static List<String> require(List<String> blocks) {
        for (var block : blocks) {
            int slash = block.indexOf('/');
            try {
                var network = InetAddress.ofLiteral(slash < 0 ? block : block.substring(0, slash));
                int bits = slash < 0 ? 0 : Integer.parseInt(block.substring(slash + 1));
                if (bits < 0 || bits > network.getAddress().length * 8) throw new IllegalArgumentException();
            } catch (IllegalArgumentException invalid) {
                throw new Problem.Invalid("bound_cidrs: not an address or a block of addresses").asException();
            }
        }
        return blocks;
    }
}
