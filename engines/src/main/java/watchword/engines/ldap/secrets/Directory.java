package watchword.engines.ldap.secrets;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.Modification;
import com.unboundid.ldap.sdk.ModificationType;
import com.unboundid.ldap.sdk.ModifyRequest;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchScope;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import watchword.sdk.ChangingSecret;
import watchword.sdk.ChangingSecret.Told;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/** One conversation with the directory, bound as the one who may change it. Not for several threads. */
final class Directory implements AutoCloseable {
    private static final String NO_ATTRIBUTE = "1.1";

    private final Config config;
    private final Outbound outbound;
    private final LDAPConnection connection;

    private Directory(Config config, Outbound outbound, LDAPConnection connection) {
        this.config = config;
        this.outbound = outbound;
        this.connection = connection;
    }

    /** @throws Problem.ProblemException when it does not answer, or does not take the configured password */
    static Directory open(Config config, Outbound outbound) {
        var candidates = config.bindpass().candidates().stream().filter(secret -> secret.size() > 0).toList();
        if (candidates.isEmpty()) throw new Problem.Invalid("unable to bind due to lack of configured password").asException();
        var name = config.bindName();
        var directory = new Directory(config, outbound, config.link().open(outbound));
        try {
            for (var candidate : candidates) if (directory.binds(name, candidate)) return directory;
            throw new Problem.Upstream("failed to bind with current password").asException();
        } catch (RuntimeException failed) {
            directory.close();
            throw failed;
        }
    }

    private boolean binds(String name, Secret password) {
        try {
            connection.bind(name, password.reveal());
            return true;
        } catch (LDAPException refused) {
            if (refused.getResultCode().equals(ResultCode.INVALID_CREDENTIALS)) return false;
            throw failed("failed to bind", refused);
        }
    }

    private static Problem.ProblemException failed(String what, LDAPException why) {
        return new Problem.Upstream(what + ": " + why.getResultCode().getName()).asException();
    }

    /** An account, whose password is changed by this conversation. */
    ChangingSecret.Target account(String dn) {
        return new ChangingSecret.Target() {
            @Override
            public Told change(Secret known, Secret next) {
                return setPassword(dn, next);
            }

            @Override
            public boolean takes(Secret secret) {
                return Directory.this.takes(dn, secret);
            }
        };
    }

    /** Whether an account binds with a password. */
    private boolean takes(String dn, Secret password) {
        if (password.size() == 0) return false; // anybody binds with none
        try (var other = new Directory(config, outbound, config.link().open(outbound))) {
            return other.binds(dn, password);
        } catch (Problem.ProblemException unclear) {
            return false; // it may not bind at all; then it is told again, which is certain
        }
    }

    /** By what an account is known: whoever names it otherwise means the same. @throws Problem.ProblemException for the one that we bind as, whose password the configuration has */
    Managed.Entry managed(String dn) {
        if (isOurs(dn)) throw new Problem.Invalid("the account is the one that the directory is changed by: its password is rotated with rotate-root").asException();
        return new Managed.Entry(dn, values(dn, userattr()));
    }

    private boolean isOurs(String dn) {
        var binddn = config.shown().binddn();
        if (!config.shown().upndomain().isEmpty()) return values(dn, "userPrincipalName").stream().anyMatch(config.bindName()::equalsIgnoreCase);
        return DN.isValidDN(binddn) ? normal(dn).equals(normal(binddn)) : values(dn, "userPrincipalName").stream().anyMatch(binddn::equalsIgnoreCase);
    }

    /** A name of an entry in its one form. */
    static String normal(String dn) {
        try {
            return DN.normalize(dn);
        } catch (LDAPException none) {
            throw new Problem.Invalid("dn: is no name of an entry").asException();
        }
    }

    private List<String> values(String dn, String attribute) {
        try {
            var entry = connection.getEntry(dn, attribute);
            var values = entry == null ? null : entry.getAttributeValues(attribute);
            return values == null ? List.of() : List.of(values);
        } catch (LDAPException failed) {
            throw failed("failed to search ldap server", failed);
        }
    }

    private String userattr() {
        return config.shown().userattr().isEmpty() ? Config.userattr(config.shown().schema()) : config.shown().userattr();
    }

    /** The name of the entry that we bind as. */
    String bindDn() {
        return config.shown().upndomain().isEmpty() ? config.shown().binddn() : search("userPrincipalName", config.bindName());
    }

    /** The name of the one account that has this as its name. */
    String find(String username) {
        return search(userattr(), username);
    }

    private String search(String attribute, String value) {
        try {
            var request = new SearchRequest(config.shown().userdn(), SearchScope.SUB, Filter.createEqualityFilter(attribute, value), NO_ATTRIBUTE);
            request.setSizeLimit(2);
            var found = List.copyOf(connection.search(request).getSearchEntries());
            if (found.size() == 1) return found.getFirst().getDN();
            throw new Problem.Upstream("expected one matching entry, but received " + found.size()).asException();
        } catch (LDAPException failed) {
            if (failed.getResultCode().equals(ResultCode.SIZE_LIMIT_EXCEEDED)) throw new Problem.Upstream("expected one matching entry, but received several").asException();
            throw failed("failed to search ldap server", failed);
        }
    }

    boolean exists(String dn) {
        try {
            return connection.getEntry(dn, NO_ATTRIBUTE) != null;
        } catch (LDAPException failed) {
            throw failed("failed to search ldap server", failed);
        }
    }

    private Told setPassword(String dn, Secret password) {
        var changes = switch (config.shown().schema()) {
            // Between quotes, and in the encoding that its documentation asks for.
            case "ad" -> List.of(new Modification(ModificationType.REPLACE, "unicodePwd", ("\"" + password.reveal() + "\"").getBytes(StandardCharsets.UTF_16LE)));
            case "racf" -> List.of(new Modification(ModificationType.REPLACE, config.shown().credentialType().equals("phrase") ? "racfPassPhrase" : "racfPassword", password.reveal()),
                    new Modification(ModificationType.REPLACE, "racfAttributes", "noexpired"));
            default -> List.of(new Modification(ModificationType.REPLACE, "userPassword", password.reveal()));
        };
        try {
            connection.modify(new ModifyRequest(dn, changes));
            return Told.TAKEN;
        } catch (LDAPException refused) {
            if (refused.getResultCode().equals(ResultCode.CONSTRAINT_VIOLATION)) return Told.REFUSED;
            throw failed("the directory did not take a new password", refused);
        }
    }

    /** Carries out all changes, or stops at the first that is refused. */
    void make(List<Ldif.Change> changes) {
        for (var change : changes) {
            try {
                change.apply(connection);
            } catch (LDAPException refused) {
                throw failed("failed to create user: failed to execute statements: " + change.word(), refused);
            }
        }
    }

    /** Carries out all changes, whichever are refused; one to something that is gone has been done. @throws Problem.ProblemException when one is refused */
    void remove(List<Ldif.Change> changes) {
        var refusals = new ArrayList<String>();
        for (var change : changes) {
            try {
                change.apply(connection);
            } catch (LDAPException refused) {
                boolean gone = refused.getResultCode().equals(ResultCode.NO_SUCH_OBJECT) || refused.getResultCode().equals(ResultCode.NO_SUCH_ATTRIBUTE);
                if (!gone) refusals.add(change.word() + ": " + refused.getResultCode().getName());
            }
        }
        if (!refusals.isEmpty()) throw new Problem.Upstream("failed to execute statements: " + String.join("; ", refusals)).asException();
    }

    @Override
    public void close() {
        connection.close();
    }
}
