package watchword.server.http;

/** A listener's rules, and who sees to it that they are kept in time. */
record Port(Listener.Rules rules, ProxyProtocol proxy, Deadlines deadlines) {}
