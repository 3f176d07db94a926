package watchword.sdk;

import java.util.List;

/**
 * Who is on the other end of a connection.
 *
 * @param address an IP address; behind a proxy that is believed, the one it tells
 * @param certificates the client's chain over mutual TLS, leaf first, each as DER; its possession is proven, whom it is from is not
 */
public record Peer(String address, int port, List<byte[]> certificates) {}
