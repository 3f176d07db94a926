package watchword.core.token;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.core.policy.Authority;
import watchword.core.policy.Policies;
import watchword.sdk.Reply;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** Makes the token of a login that an auth method has accepted, within the bounds of its mount. */
public final class Logins {
    private final Tokens tokens;
    private final Mounts mounts;
    private final Authority authority;

    public Logins(Tokens tokens, Mounts mounts, Authority authority) {
        this.tokens = tokens;
        this.mounts = mounts;
        this.authority = authority;
    }

    /** The {@code auth} part for the client. */
    public record LoggedIn(Reply.Issued auth, List<String> warnings) {}

    public LoggedIn login(Storage.Writer store, MountEntry mount, String path, Reply.Login login, Instant now) {
        var warnings = new ArrayList<String>();
        var names = new ArrayList<>(Policies.canonical(login.policies()));
        if (!login.noDefaultPolicy() && !names.contains("default")) names.add("default");
        var policies = Policies.canonical(names);
        policies.stream().filter(name -> !authority.exists(store, name)).forEach(name -> warnings.add("Policy \"" + name + "\" does not exist"));
        var max = shorter(login.maxTtl(), mounts.maxTtl(mount));
        var ttl = login.period().isPositive() ? login.period() : shorter(login.ttl().isPositive() ? login.ttl() : mounts.defaultTtl(mount), max);
        if (login.explicitMaxTtl().isPositive()) ttl = shorter(ttl, login.explicitMaxTtl());
        var type = type(mount, login);
        var row = new TokenRow(path, policies, login.metadata(), displayName(mount, login), login.numUses(), login.numUses(), now, ttl,
                login.explicitMaxTtl(), login.period(), "", "", Tokens.requireCidrs(login.boundCidrs()), type, type.equals(TokenRow.SERVICE),
                Optional.of(now.plus(ttl)), Optional.empty(), "", mount.uuid(), "");
        var made = tokens.create(store, row);
        return new LoggedIn(tokens.issued(made.token(), made.row().accessor(), row, List.of(), now), warnings);
    }

    private static String displayName(MountEntry mount, Reply.Login login) {
        var name = Mounts.shown(mount.path());
        return name.substring(0, name.length() - 1).replace('/', '-') + (login.displayName().isEmpty() ? "" : "-" + login.displayName());
    }

    private static String type(MountEntry mount, Reply.Login login) {
        var byMount = mount.config().tokenType().orElse("default-service");
        return switch (byMount) {
            case "service", "batch" -> byMount;
            default -> switch (login.tokenType()) {
                case "service", "batch" -> login.tokenType();
                default -> byMount.equals("default-batch") ? TokenRow.BATCH : TokenRow.SERVICE;
            };
        };
    }

    private static Duration shorter(Duration asked, Duration bound) {
        return asked.isPositive() && asked.compareTo(bound) < 0 ? asked : bound;
    }

    /** The first token of a server, or one made with the quorum's consent: root, without an end. */
    public Tokens.Made rootToken(Storage.Writer store, Optional<Secret> chosen, Instant now) {
        var row = new TokenRow("auth/token/root", List.of("root"), java.util.Map.of(), "root", 0, 0, now, Duration.ZERO, Duration.ZERO, Duration.ZERO, "",
                "", List.of(), TokenRow.SERVICE, false, Optional.empty(), Optional.empty(), "", "", "");
        return tokens.create(store, row, chosen);
    }
}
