package watchword.sdk;

import java.util.List;

/**
 * Who is on the other end of a connection.
 *
 * @param address an IP address; behind a proxy that is believed, the one it tells
 * @param certificates the client's chain over mutual TLS, leaf first, each as DER; its possession is proven, whom it is from is not. None for
 *     whom a proxy speaks for: what there is would be the proxy's
 */
public record Peer(String address, int port, List<byte[]> certificates) {}
