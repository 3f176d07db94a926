package watchword.engines.ldap.secrets;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ReadOnlyEntry;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldif.LDIFException;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import watchword.engines.FaultyOutbound.Died;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;

/** A directory in this process, and the way to it, on which the server can die just before a request is sent or just after it was answered. */
final class SmallDirectory implements Outbound, AutoCloseable {
    static final String SUFFIX = "dc=example,dc=org";
    static final String ADMIN = "cn=admin," + SUFFIX;

    final InMemoryDirectoryServer server;
    private int until = Integer.MAX_VALUE;
    private boolean after;
    private boolean dead;
    int requests;
    final List<Socket> opened = new ArrayList<>();

    SmallDirectory() {
        try {
            var config = new InMemoryDirectoryServerConfig(SUFFIX);
            config.setSchema(null);
            config.setListenerConfigs(InMemoryListenerConfig.createLDAPConfig("plain", 0));
            server = new InMemoryDirectoryServer(config);
            server.add("dn: " + SUFFIX, "objectClass: domain", "dc: example");
            server.add("dn: ou=people," + SUFFIX, "objectClass: organizationalUnit", "ou: people");
            server.add("dn: cn=team," + SUFFIX, "objectClass: groupOfNames", "cn: team", "member: cn=nobody," + SUFFIX);
            server.add("dn: " + ADMIN, "objectClass: person", "cn: admin", "userPassword: first");
            for (var name : List.of("ada", "bob", "eve")) server.add("dn: cn=" + name + ",ou=people," + SUFFIX, "objectClass: person", "cn: " + name, "userPassword: old-" + name);
            server.startListening();
        } catch (LDAPException | LDIFException failed) {
            throw new AssertionError(failed);
        }
    }

    String url() {
        return "ldap://127.0.0.1:" + server.getListenPort();
    }

    static String dn(String name) {
        return "cn=" + name + ",ou=people," + SUFFIX;
    }

    boolean binds(String dn, String password) {
        try (var connection = server.getConnection()) {
            return connection.bind(dn, password).getResultCode().equals(ResultCode.SUCCESS);
        } catch (LDAPException refused) {
            return false;
        }
    }

    /** Names of all entries below people. */
    Stream<String> people() {
        try {
            return List.copyOf(server.search("ou=people," + SUFFIX, SearchScope.ONE, "(objectClass=*)").getSearchEntries()).stream().map(entry -> entry.getDN());
        } catch (LDAPException failed) {
            throw new AssertionError(failed);
        }
    }

    private ReadOnlyEntry entry(String dn) {
        try {
            return Objects.requireNonNull(server.getEntry(dn));
        } catch (LDAPException failed) {
            throw new AssertionError(failed);
        }
    }

    /** What an entry has. */
    List<String> values(String dn, String attribute) {
        return List.of(Objects.requireNonNull(entry(dn).getAttributeValues(attribute)));
    }

    byte[] bytes(String dn, String attribute) {
        return Objects.requireNonNull(entry(dn).getAttributeValueBytes(attribute));
    }

    /** @param after the request was carried out, but nobody heard of it */
    void dieAt(int request, boolean after) {
        this.until = request;
        this.after = after;
        this.dead = false;
        this.requests = 0;
    }

    void live() {
        until = Integer.MAX_VALUE;
        dead = false;
    }

    @Override
    public Answer send(Ask ask) {
        throw new Problem.Upstream("only directories are here").asException();
    }

    @Override
    public Socket connect(String host, int port, Duration timeout) {
        if (dead) throw new Died();
        try {
            var socket = new Frail();
            socket.connect(new InetSocketAddress(host, port));
            opened.add(socket);
            return socket;
        } catch (IOException failed) {
            throw new Problem.Upstream("not reached").asException();
        }
    }

    private final class Frail extends Socket {
        private boolean answered;

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(super.getOutputStream()) {
                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    if (dead) throw new Died();
                    requests++;
                    if (requests == until && !after) {
                        dead = true;
                        throw new Died();
                    }
                    answered = requests == until;
                    out.write(bytes, offset, length);
                }

                @Override
                public void write(int one) throws IOException {
                    write(new byte[] {(byte) one}, 0, 1);
                }
            };
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(super.getInputStream()) {
                @Override
                public int read() throws IOException {
                    return died(super.read());
                }

                @Override
                public int read(byte[] bytes, int offset, int length) throws IOException {
                    return died(super.read(bytes, offset, length));
                }
            };
        }

        private int died(int read) {
            if (!answered) return read;
            dead = true;
            throw new Died();
        }
    }

    @Override
    public void close() {
        server.shutDown(true);
    }
}
