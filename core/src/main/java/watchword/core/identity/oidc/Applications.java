package watchword.core.identity.oidc;

import java.util.List;
import java.util.Optional;
import watchword.core.policy.IdentityView;
import watchword.core.wire.Rows;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/** Who may sign in to what, and what is told of them then: assignments, scopes, clients and providers in the store. */
final class Applications {
    /** The provider that each namespace has from the beginning. */
    static final String DEFAULT = "default";
    /** The assignment of everybody. */
    static final String ALLOW_ALL = "allow_all";
    /** Rows of each kind in a namespace. */
    static final int MOST = 1000;
    /** Elements of a list that a client sends. */
    static final int MOST_LISTED = 1000;

    final Rows<Assignment> assignments = new Rows<>("core/oidc/assignment/", Assignment.class);
    final Rows<Scope> scopes = new Rows<>("core/oidc/scope/", Scope.class);
    final Rows<ClientRow> clients = new Rows<>("core/oidc/client/", ClientRow.class);
    private final Rows<Named> clientIds = new Rows<>("core/oidc/client-id/", Named.class);
    private final Rows<ProviderRow> providers = new Rows<>("core/oidc/provider/", ProviderRow.class);

    /** Entities and groups by their ids. */
    record Assignment(List<String> entityIds, List<String> groupIds) {
        static final Assignment EVERYBODY = new Assignment(List.of("*"), List.of("*"));

        private boolean has(IdentityView identity) {
            return entityIds.contains(identity.entityId()) || groupIds.stream().anyMatch(id -> identity.groupById(id).isPresent());
        }
    }

    record Scope(String template, String description) {}

    record Named(String name) {}

    /** @throws Problem.ProblemException when another would be too many */
    static void requireRoom(Storage.Reader store, Rows<?> rows, String name) {
        if (rows.get(store, name).isEmpty() && rows.names(store, "", "", MOST).size() == MOST) throw new Problem.Invalid("there are " + MOST + " of them already").asException();
    }

    static List<String> distinct(String field, List<String> given) {
        if (given.size() > MOST_LISTED) throw new Problem.Invalid(field + ": more than " + MOST_LISTED + " elements").asException();
        return given.stream().distinct().toList();
    }

    Optional<Assignment> assignment(Storage.Reader store, String name) {
        if (name.equals(ALLOW_ALL)) return Optional.of(Assignment.EVERYBODY);
        return Label.is(name) ? assignments.get(store, name) : Optional.empty();
    }

    Optional<Scope> scope(Storage.Reader store, String name) {
        return Label.is(name) ? scopes.get(store, name) : Optional.empty();
    }

    Optional<ProviderRow> provider(Storage.Reader store, String name) {
        var row = providers.get(store, name);
        return row.isEmpty() && name.equals(DEFAULT) ? Optional.of(ProviderRow.DEFAULT) : row;
    }

    Builtin providerNames() {
        return new Builtin(providers, DEFAULT, MOST);
    }

    void save(Storage.Writer store, String name, ProviderRow row) {
        requireRoom(store, providers, name);
        providers.put(store, name, row);
    }

    void deleteProvider(Storage.Writer store, String name) {
        providers.delete(store, name);
    }

    Optional<ClientRow> client(Storage.Reader store, String clientId) {
        if (!Label.is(clientId)) return Optional.empty();
        return clientIds.get(store, clientId).flatMap(named -> clients.get(store, named.name()));
    }

    void save(Storage.Writer store, String name, ClientRow row) {
        requireRoom(store, clients, name);
        clients.put(store, name, row);
        clientIds.put(store, row.clientId(), new Named(name));
    }

    void deleteClient(Storage.Writer store, String name) {
        clients.get(store, name).ifPresent(row -> clientIds.delete(store, row.clientId()));
        clients.delete(store, name);
    }

    /** Whether somebody may sign in to an application. */
    boolean mayUse(Storage.Reader store, IdentityView identity, ClientRow client) {
        return client.assignments().contains(ALLOW_ALL) || client.assignments().stream().flatMap(name -> assignment(store, name).stream()).anyMatch(each -> each.has(identity));
    }
}
