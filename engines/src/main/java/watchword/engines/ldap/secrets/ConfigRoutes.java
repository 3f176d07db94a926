package watchword.engines.ldap.secrets;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import watchword.engines.ldap.Link;
import watchword.sdk.Call;
import watchword.sdk.ChangingSecret;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Inline;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Rotating.Rotated;
import watchword.sdk.RotationFields;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** Which directory a mount is for, and the rotation of the password that it is changed by. */
final class ConfigRoutes {
    private static final int MOST_CHARACTERS = 16 << 10;
    private static final int USUAL_LENGTH = 64;
    private static final int LONGEST_PASSWORD = 1024;
    private static final int SHORTEST_PASSWORD = 8;

    private final Table<Config> configs;
    private final EngineContext context;
    private final Outbound outbound;

    ConfigRoutes(EngineContext context, Outbound outbound) {
        this.configs = context.table("settings", Config.class);
        this.context = context;
        this.outbound = outbound;
    }

    record Nothing() {}

    record Given(
            @Doc("Name that the directory is changed by.") Optional<String> binddn,
            @Doc("Password of binddn. Never shown.") Optional<Secret> bindpass,
            @Doc("Authorities that the directory's certificate is checked by, as PEM; the system's when not given.") Optional<String> certificate,
            @Doc("Certificate to show to the directory, as PEM.") Optional<String> clientTlsCert,
            @Doc("Key of client_tls_cert, as PEM. Never shown.") Optional<Secret> clientTlsKey,
            @Doc("How long to try to reach a directory; 30 seconds when not given.") Optional<Duration> connectionTimeout,
            @Doc("Kind of passwords of RACF: `password` or `phrase`.") Optional<String> credentialType,
            @Doc("Only false: certificates are always checked.") Optional<Boolean> insecureTls,
            @Doc("Length of new passwords of letters and digits; 64 when not given. Older than password_policy.") Optional<Integer> length,
            @Doc("Password policy that new passwords follow.") Optional<String> passwordPolicy,
            @Doc("How long to wait for an answer; 90 seconds when not given.") Optional<Duration> requestTimeout,
            @Inline RotationFields rotation,
            @Doc("What stores passwords, and how: `openldap`, `ad` or `racf`.") Optional<String> schema,
            @Doc("Let static roles leave the password of their account as it is until it is first due.") Optional<Boolean> skipStaticRoleImportRotation,
            @Doc("Turn a plain connection into TLS before anything is sent.") Optional<Boolean> starttls,
            @Doc("Highest version of TLS: `tls12` or `tls13`.") Optional<String> tlsMaxVersion,
            @Doc("Lowest version of TLS: `tls12` or `tls13`.") Optional<String> tlsMinVersion,
            @Doc("Domain after the @ of binddn, for Active Directory.") Optional<String> upndomain,
            @Doc("Addresses of directories, ldap:// or ldaps://, with commas between them.") Optional<String> url,
            @Doc("Attribute of an account that is its name; by the schema when not given: cn, userPrincipalName or racfid.") Optional<String> userattr,
            @Doc("Below which name accounts are.") Optional<String> userdn) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.read("config", Nothing.class, Config.Shown.class, this::read, "Read which directory this is for."),
                Route.write("config", Given.class, None.class, this::write, "Set which directory this is for, or change what is sent of it.").existence(call -> find(call.store()).isPresent()),
                Route.delete("config", Nothing.class, None.class, this::delete, "Forget which directory this is for; what was made there can then not be removed."),
                Route.effect(Operation.WRITE, "rotate-root", Nothing.class, None.class, this::rotateRoot, "Give binddn a new password, which nobody but this server knows."));
    }

    Optional<Config> find(Storage.Reader store) {
        return configs.get(store, Config.ROW);
    }

    Config require(Storage.Reader store) {
        return find(store).orElseThrow(() -> new Problem.Invalid("missing LDAP configuration").asException());
    }

    private Reply<Config.Shown> read(Call.Read<Nothing> call) {
        return Reply.of(find(call.store()).orElseThrow(() -> new Problem.NotFound().asException()).told());
    }

    private Reply<None> write(Call.Change<Given> call) {
        var before = find(call.store());
        var after = changed(call.input(), before.orElse(Config.DEFAULT), before.isEmpty(), call.now());
        configs.put(call.store(), Config.ROW, after);
        return Reply.<None>nothing().rotates(after.shown().rotation().of(Config.ROW, after.rotated().orElse(call.now())));
    }

    private static Config changed(Given in, Config before, boolean isNew, Instant now) {
        var s = before.shown();
        if (in.insecureTls().orElse(false)) throw invalid("insecure_tls: certificates are always checked; give the directory's authority in 'certificate'");
        var schema = in.schema().orElse(s.schema());
        if (schema.isEmpty()) throw invalid("schema is required");
        if (!Set.of("openldap", "ad", "racf").contains(schema)) throw invalid("the configured schema is not valid. Supported schemas: [openldap racf ad]");
        var credentialType = in.credentialType().orElse(s.credentialType());
        if (!Set.of("password", "phrase").contains(credentialType)) throw invalid("invalid credential_type: one of password, phrase");
        var policy = in.passwordPolicy().map(Optional::of).orElse(s.passwordPolicy()).filter(name -> !name.isEmpty());
        if (policy.isPresent() && in.length().isPresent()) throw invalid("cannot set both 'password_policy' and 'length'");
        var length = policy.isPresent() ? Optional.<Integer>empty() : in.length().map(Optional::of).orElse(s.length()).filter(n -> n != 0);
        if (length.filter(n -> n < SHORTEST_PASSWORD || n > LONGEST_PASSWORD).isPresent()) throw invalid("length: passwords have from " + SHORTEST_PASSWORD + " to " + LONGEST_PASSWORD + " characters");
        var shown = new Config.Shown(
                text("binddn", in.binddn(), s.binddn()),
                text("certificate", in.certificate(), s.certificate()),
                Link.timeout("connection_timeout", in.connectionTimeout().orElse(s.connectionTimeout())),
                credentialType,
                false,
                Optional.empty(),
                length,
                policy,
                Link.timeout("request_timeout", in.requestTimeout().orElse(s.requestTimeout())),
                in.rotation().overConfig(s.rotation()),
                schema,
                in.skipStaticRoleImportRotation().orElse(s.skipStaticRoleImportRotation()),
                in.starttls().orElse(s.starttls()),
                Link.tlsVersion("tls_max_version", in.tlsMaxVersion().orElse(s.tlsMaxVersion())),
                Link.tlsVersion("tls_min_version", in.tlsMinVersion().orElse(s.tlsMinVersion())),
                text("upndomain", in.upndomain(), s.upndomain()),
                Link.urls(text("url", in.url(), s.url())),
                attribute(in.userattr().orElse(isNew ? Config.userattr(schema) : s.userattr())),
                text("userdn", in.userdn(), s.userdn()));
        Link.requireOrder(shown.tlsMinVersion(), shown.tlsMaxVersion());
        var bind = in.bindpass().map(known -> ChangingSecret.of(known, now)).orElse(before.bindpass());
        var after = new Config(shown, bind, text("client_tls_cert", in.clientTlsCert(), before.clientTlsCert()), in.clientTlsKey().orElse(before.clientTlsKey()));
        if (after.clientTlsCert().isEmpty() != (after.clientTlsKey().size() == 0)) throw invalid("both client_tls_cert and client_tls_key must be set");
        return after;
    }

    private static RuntimeException invalid(String text) {
        return new Problem.Invalid(text).asException();
    }

    private static String text(String field, Optional<String> given, String before) {
        var text = given.orElse(before);
        if (text.length() > MOST_CHARACTERS) throw invalid(field + " is longer than " + MOST_CHARACTERS + " characters");
        return text;
    }

    /** It becomes part of a filter. */
    private static String attribute(String name) {
        if (!name.matches("[A-Za-z][A-Za-z0-9-]{0,63}")) throw invalid("userattr: is no name of an attribute");
        return name;
    }

    private Reply<None> delete(Call.Change<Nothing> call) {
        configs.delete(call.store(), Config.ROW);
        return Reply.<None>nothing().rotatesNoMore(Config.ROW);
    }

    // ---- the password of binddn ----

    private Reply<None> rotateRoot(Call.Effect<Nothing> call) {
        call.storage().<Config>read(store -> find(store).orElseThrow(() -> new Problem.Invalid("the config is currently unset").asException()));
        call.rotate(Config.ROW);
        return Reply.nothing();
    }

    Rotated rotate(Storage storage) {
        var found = storage.<Optional<Config>>read(this::find);
        if (found.isEmpty()) return Rotated.GONE;
        try (var directory = open(found.get())) {
            var dn = directory.bindDn();
            return ChangingSecret.change(storage, new Slot(found.get()), directory.account(dn), () -> newPassword(found.get()), context.clock()).isPresent() ? Rotated.DONE : Rotated.GONE;
        }
    }

    /** Of the one who bound, not of another that an operator named meanwhile. */
    private final class Slot implements ChangingSecret.Slot {
        private final String binddn;

        Slot(Config seen) {
            this.binddn = seen.shown().binddn();
        }

        private Optional<Config> config(Storage.Reader store) {
            return find(store).filter(config -> config.shown().binddn().equals(binddn));
        }

        @Override
        public Optional<ChangingSecret> get(Storage.Reader store) {
            return config(store).map(Config::bindpass);
        }

        @Override
        public void put(Storage.Writer store, ChangingSecret secret) {
            config(store).ifPresent(config -> configs.put(store, Config.ROW, config.with(secret)));
        }
    }

    Directory open(Config config) {
        return Directory.open(config, outbound);
    }

    Secret newPassword(Config config) {
        if (config.shown().passwordPolicy().isPresent()) return context.password(config.shown().passwordPolicy().get());
        return Secret.letters(context.random(), config.shown().length().orElse(USUAL_LENGTH));
    }
}
