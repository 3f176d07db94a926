package watchword.core.audit.sink;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Answers for names below {@code odd.test} as a server of names that means harm would; for all others, as always. */
public final class OddNames extends InetAddressResolverProvider {
    @Override
    public String name() {
        return "odd";
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        var usual = configuration.builtinResolver();
        return new InetAddressResolver() {
            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
                return host.endsWith(".odd.test") ? odd(host.substring(0, host.indexOf('.'))) : usual.lookupByName(host, policy);
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                return usual.lookupByAddress(address);
            }
        };
    }

    private static Stream<InetAddress> odd(String kind) throws UnknownHostException {
        return switch (kind) {
            case "none" -> Stream.of();
            case "unknown" -> throw new UnknownHostException("\u001b[31m forged \n line ${jndi:x}");
            case "many" -> IntStream.range(0, 20_000).mapToObj(i -> address(new byte[] {127, 1, (byte) (i >> 8), (byte) i}));
            case "any" -> Stream.of(address(new byte[] {0, 0, 0, 0}), address(new byte[16]));
            case "everybody" -> Stream.of(address(new byte[] {-1, -1, -1, -1}), address(new byte[] {(byte) 224, 0, 0, 1}));
            default -> {
                var random = new Random(kind.hashCode());
                yield IntStream.range(0, random.nextInt(4)).mapToObj(_ -> {
                    var bytes = new byte[random.nextBoolean() ? 4 : 16];
                    random.nextBytes(bytes);
                    bytes[0] = (byte) (bytes.length == 4 ? 127 : 255); // nothing outside of this machine is asked
                    return address(bytes);
                });
            }
        };
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
