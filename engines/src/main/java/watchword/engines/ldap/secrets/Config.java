package watchword.engines.ldap.secrets;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import watchword.engines.ldap.Link;
import watchword.sdk.Default;
import watchword.sdk.Doc;
import watchword.sdk.Inline;
import watchword.sdk.Problem;
import watchword.sdk.Schedule;
import watchword.sdk.Secret;

/** Which directory, and with whose rights it is changed. */
record Config(@Inline Shown shown, @Inline Passwords bind, String clientTlsCert, Secret clientTlsKey) {
    /** The only row of its table, and what its rotation is called. */
    static final String ROW = "config";

    /** What a read tells: all but the secrets. */
    record Shown(
            @Doc("Name that the directory is changed by.") String binddn,
            @Doc("Authorities that the directory's certificate is checked by, as PEM; the system's when empty.") String certificate,
            @Doc("How long to try to reach a directory, in seconds.") Duration connectionTimeout,
            @Doc("Kind of passwords of RACF: `password` or `phrase`.") @Default("password") String credentialType,
            @Doc("Whether the password of binddn is rotated by hand alone.") boolean disableAutomatedRotation,
            @Doc("Kept for clients; always false, since certificates are always checked.") boolean insecureTls,
            @Doc("When the password of binddn was last rotated.") Optional<Instant> lastBindPasswordRotation,
            @Doc("Length of new passwords.") Optional<Integer> length,
            @Doc("Password policy that new passwords follow.") Optional<String> passwordPolicy,
            @Doc("How long to wait for an answer, in seconds.") Duration requestTimeout,
            @Doc("How often the password of binddn is rotated; 0 for by hand alone.") Duration rotationPeriod,
            @Doc("When the password of binddn is rotated, as a cron expression; empty for never.") String rotationSchedule,
            @Doc("How long after such a time it may be rotated; 0 for any time.") Duration rotationWindow,
            @Doc("What stores passwords, and how: `openldap`, `ad` or `racf`.") String schema,
            @Doc("Whether static roles leave the password of their account as it is until it is first due.") boolean skipStaticRoleImportRotation,
            @Doc("Whether a plain connection is turned into TLS before anything is sent.") boolean starttls,
            @Doc("Highest version of TLS: `tls12` or `tls13`.") String tlsMaxVersion,
            @Doc("Lowest version of TLS: `tls12` or `tls13`.") String tlsMinVersion,
            @Doc("Domain after the @ of binddn, for Active Directory; empty for none.") String upndomain,
            @Doc("Addresses of directories, tried in this order, with commas between them.") String url,
            @Doc("Attribute of an account that is its name.") String userattr,
            @Doc("Below which name accounts are.") String userdn) {}

    static final Config DEFAULT = new Config(
            new Shown("", "", Duration.ofSeconds(30), "password", false, false, Optional.empty(), Optional.empty(), Optional.empty(), Duration.ofSeconds(90), Duration.ZERO, "", Duration.ZERO,
                    "openldap", false, false, "tls13", "tls12", "", "ldap://127.0.0.1", "", ""),
            Passwords.NONE, "", Secret.copyOf(""));

    Config with(Passwords other) {
        return new Config(shown, other, clientTlsCert, clientTlsKey);
    }

    Config rotated(Instant now) {
        var s = shown;
        var at = new Shown(s.binddn, s.certificate, s.connectionTimeout, s.credentialType, s.disableAutomatedRotation, s.insecureTls, Optional.of(now), s.length, s.passwordPolicy, s.requestTimeout,
                s.rotationPeriod, s.rotationSchedule, s.rotationWindow, s.schema, s.skipStaticRoleImportRotation, s.starttls, s.tlsMaxVersion, s.tlsMinVersion, s.upndomain, s.url, s.userattr, s.userdn);
        return new Config(at, bind, clientTlsCert, clientTlsKey);
    }

    Link link() {
        return new Link(shown.url, shown.starttls, shown.tlsMinVersion, shown.tlsMaxVersion, Link.trust(shown.certificate, clientTlsCert, clientTlsKey), shown.connectionTimeout, shown.requestTimeout);
    }

    /** What binds, with its domain if it has one. */
    String bindName() {
        if (shown.binddn.isEmpty()) throw new Problem.Invalid("must provide binddn or upndomain").asException();
        return shown.upndomain.isEmpty() ? shown.binddn : shown.binddn + "@" + shown.upndomain;
    }

    Optional<Schedule> schedule() {
        return shown.disableAutomatedRotation ? Optional.empty() : schedule(shown.rotationPeriod, shown.rotationSchedule, shown.rotationWindow);
    }

    /** @throws Problem.ProblemException when both are told, or what is told is none */
    static Optional<Schedule> schedule(Duration period, String cron, Duration window) {
        if (period.isNegative() || window.isNegative()) throw new Problem.Invalid("rotation_period and rotation_window cannot be negative").asException();
        if (period.isPositive() && !cron.isEmpty()) {
            throw new Problem.Invalid("mutually exclusive fields rotation_period and rotation_schedule were both specified; only one of them can be provided").asException();
        }
        if (window.isPositive() && cron.isEmpty()) throw new Problem.Invalid("rotation_window does not apply to period").asException();
        if (period.isPositive()) return Optional.of(new Schedule.Every(period));
        try {
            return cron.isEmpty() ? Optional.empty() : Optional.of(Schedule.Cron.of(cron, window));
        } catch (Problem.ProblemException unreadable) {
            throw new Problem.Invalid("could not parse rotation_schedule: it must be a cron expression of five fields").asException();
        }
    }

    /** Its name in a search. */
    static String userattr(String schema) {
        return switch (schema.toLowerCase(Locale.ROOT)) {
            case "ad" -> "userPrincipalName";
            case "racf" -> "racfid";
            default -> "cn";
        };
    }
}
