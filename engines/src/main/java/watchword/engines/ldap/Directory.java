package watchword.engines.ldap;

import com.unboundid.asn1.ASN1OctetString;
import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.DereferencePolicy;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.RDN;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.controls.SimplePagedResultsControl;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/** One conversation with the directory. Not for several threads. */
final class Directory implements AutoCloseable {
    private static final int MAX_GROUPS = 10_000;
    private static final String NOT_ONE = "1.1";

    /** What is sought is not there, or more than once. Not told to who logs in. */
    static final class NotFoundException extends Exception {
        NotFoundException() {
            super("not one entry", null, false, false);
        }
    }

    /** @param attributes of the entry, names in lower case */
    record Found(String dn, Map<String, List<String>> attributes) {}

    private final LdapConfig config;
    private final LDAPConnection connection;

    private Directory(LdapConfig config, LDAPConnection connection) {
        this.config = config;
        this.connection = connection;
    }

    /** @throws Problem.ProblemException when none of the addresses answers */
    static Directory open(LdapConfig config, Outbound outbound) {
        return new Directory(config, config.link().open(outbound));
    }

    /** Proves who it is. @throws LDAPException when the directory does not take it */
    void bind(String name, Secret password) throws LDAPException {
        connection.bind(name, password.reveal());
    }

    /** By the name that the operator gave, or as nobody. */
    void bindToSearch() {
        try {
            if (config.hasBind()) bind(config.shown().binddn(), config.bindpass());
            else connection.bind("", "");
        } catch (LDAPException refused) {
            throw new Problem.Upstream("the directory does not take the configured binddn").asException();
        }
    }

    /** As nobody, for a directory that lets anybody search for groups. */
    void bindAsNobody() throws LDAPException {
        connection.bind("", "");
    }

    /** By which name a user binds: found by a search, or made of the configuration. Who is not there gets a name too, and binds like who is. */
    String bindNameOf(String username) throws LDAPException {
        var shown = config.shown();
        if (shown.discoverdn() || config.hasBind()) {
            bindToSearch();
            try {
                return user(username).dn();
            } catch (NotFoundException nobody) {
                return madeName(username);
            }
        }
        return shown.upndomain().isEmpty() ? madeName(username) : username + "@" + shown.upndomain();
    }

    private String madeName(String username) {
        var first = new RDN(config.shown().userattr(), username).toString();
        return config.shown().userdn().isEmpty() ? first : first + "," + config.shown().userdn();
    }

    /** The user's entry, where a search finds just one. */
    Found user(String username) throws LDAPException, NotFoundException {
        var shown = config.shown();
        var filter = shown.upndomain().isEmpty()
                ? FilterTemplate.fill(shown.userfilter(), Map.of("UserAttr", shown.userattr(), "Username", username))
                : Filter.createEqualityFilter("userPrincipalName", username + "@" + shown.upndomain());
        var entries = search(shown.userdn(), SearchScope.SUB, filter, 2, shown.userattr());
        if (entries.size() != 1) throw new NotFoundException();
        return found(entries.getFirst(), shown.userattr());
    }

    private static Found found(SearchResultEntry entry, String attribute) {
        var values = entry.getAttributeValues(attribute);
        return new Found(entry.getDN(), values == null ? Map.of() : Map.of(attribute.toLowerCase(Locale.ROOT), List.of(values)));
    }

    /** Names of the groups that have the user. */
    List<String> groups(String userDn, String username) throws LDAPException {
        var shown = config.shown();
        if (shown.useTokenGroups()) return tokenGroups(userDn);
        if (shown.groupdn().isEmpty() || shown.groupfilter().isEmpty()) return List.of();
        var filter = FilterTemplate.fill(shown.groupfilter(), Map.of("Username", username, "UserDN", userDn));
        var names = new ArrayList<String>();
        for (var entry : search(shown.groupdn(), SearchScope.SUB, filter, MAX_GROUPS, shown.groupattr())) names.addAll(names(entry));
        return names.stream().distinct().toList();
    }

    /** The values of the group's attribute; of a value that is itself a name in the directory, its first part. */
    private List<String> names(SearchResultEntry entry) {
        var values = entry.getAttributeValues(config.shown().groupattr());
        if (values == null) return firstPart(entry.getDN()).stream().toList();
        return List.of(values).stream().map(value -> value.contains("=") ? firstPart(value).orElse(value) : value).toList();
    }

    private static Optional<String> firstPart(String dn) {
        try {
            return Optional.ofNullable(new DN(dn).getRDN()).map(rdn -> rdn.getAttributeValues()[0]);
        } catch (LDAPException noName) {
            return Optional.empty();
        }
    }

    private List<String> tokenGroups(String userDn) throws LDAPException {
        var names = new ArrayList<String>();
        var user = search(userDn, SearchScope.BASE, Filter.createPresenceFilter("objectClass"), 1, "tokenGroups");
        var ids = user.isEmpty() ? null : user.getFirst().getAttributeValueByteArrays("tokenGroups");
        if (ids == null) return names;
        for (var id : ids) {
            if (names.size() >= MAX_GROUPS) break;
            for (var entry : search(config.shown().groupdn(), SearchScope.SUB, Filter.createEqualityFilter("objectSid", id), 1, config.shown().groupattr())) names.addAll(names(entry));
        }
        return names;
    }

    private List<SearchResultEntry> search(String base, SearchScope scope, Filter filter, int most, String attribute) throws LDAPException {
        var request = new SearchRequest(base, scope, dereference(), most, Math.toIntExact(config.shown().requestTimeout().toSeconds()), false, filter, attribute.isEmpty() ? NOT_ONE : attribute);
        int page = config.shown().maxPageSize();
        if (page == 0) return List.copyOf(connection.search(request).getSearchEntries());
        request.setSizeLimit(0);
        var all = new ArrayList<SearchResultEntry>();
        @Nullable ASN1OctetString cookie = null;
        do {
            request.setControls(new SimplePagedResultsControl(page, cookie));
            var answer = connection.search(request);
            all.addAll(answer.getSearchEntries());
            var control = SimplePagedResultsControl.get(answer);
            cookie = control != null && control.moreResultsToReturn() ? control.getCookie() : null;
        } while (cookie != null && all.size() < most);
        return all;
    }

    private DereferencePolicy dereference() {
        return switch (config.shown().dereferenceAliases()) {
            case "finding" -> DereferencePolicy.FINDING;
            case "searching" -> DereferencePolicy.SEARCHING;
            case "always" -> DereferencePolicy.ALWAYS;
            default -> DereferencePolicy.NEVER;
        };
    }

    @Override
    public void close() {
        connection.close();
    }
}
