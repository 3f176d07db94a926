package watchword.core.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What tests of policies say again and again. */
final class Acls {
    static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private Acls() {}

    /** Of policies named {@code p1}, {@code p2}, ... */
    static Acl acl(String... texts) {
        return acl(IdentityView.NOBODY, TemplatedPath.Allowances.NONE, texts);
    }

    static Acl acl(IdentityView identity, TemplatedPath.Allowances allowances, String... texts) {
        var policies = new ArrayList<Acl.Named>();
        for (var text : texts) policies.add(new Acl.Named("p" + (policies.size() + 1), PolicyParser.parse(text, allowances)));
        return Acl.of(policies, false, identity, NOW);
    }

    static String path(String path, String... capabilities) {
        return "path \"" + path + "\" { capabilities = [" + String.join(", ", List.of(capabilities).stream().map(c -> '"' + c + '"').toList()) + "] }\n";
    }

    static boolean allows(Acl acl, Capability wanted, String path) {
        return acl.decide(wanted, path, Map.of(), Optional.empty()) instanceof Decision.Allow;
    }

    static boolean allows(Acl acl, Capability wanted, String path, Map<String, Object> body) {
        return acl.decide(wanted, path, body, Optional.empty()) instanceof Decision.Allow;
    }

    static boolean allowsWrapped(Acl acl, Capability wanted, String path, long seconds) {
        return acl.decide(wanted, path, Map.of(), Optional.of(Duration.ofSeconds(seconds))) instanceof Decision.Allow;
    }

    /** The rule that decided. */
    static String rule(Acl acl, Capability wanted, String path) {
        return switch (acl.decide(wanted, path, Map.of(), Optional.empty())) {
            case Decision.Allow allow -> allow.rule();
            case Decision.Deny deny -> deny.rule();
        };
    }
}
