package watchword.core.mfa;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.namespace.NamespaceStore;
import watchword.core.policy.Identities;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Trait;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** {@code identity/mfa/method}: one-time passwords by time, and who has a key for them. */
public final class MethodRoutes {
    private final SecondFactors factors;
    private final Identities identities;

    public MethodRoutes(SecondFactors factors, Identities identities) {
        this.factors = factors;
        this.identities = identities;
    }

    record Nothing() {}

    record Id(@Doc("Id of the method.") String methodId) {}

    record Set(
            @Doc("Id of the method to change; a new one when not given.") String methodId,
            @Doc("Name of the method, which people may use for its id.") Optional<String> methodName,
            @Doc("Who the codes are for, as an authenticator shows it.") Optional<String> issuer,
            @Doc("How long each code is good; 30 seconds when not given.") Optional<Duration> period,
            @Doc("Bytes of a key; 20 when not given.") Optional<Integer> keySize,
            @Doc("Kept for clients: no picture is made.") Optional<Integer> qrSize,
            @Doc("`SHA1`, `SHA256` or `SHA512`; SHA1 when not given, as authenticators expect.") Optional<String> algorithm,
            @Doc("Digits of a code, 6 or 8.") Optional<Integer> digits,
            @Doc("Periods before and after now whose code is taken too, 0 or 1.") Optional<Integer> skew,
            @Doc("Wrong codes for one entity until it has to wait; 5 when not given.") Optional<Integer> maxValidationAttempts) {}

    record Made(@Doc("Id of the method.") String methodId) {}

    record Shown(
            @Doc("HMAC of the codes.") String algorithm,
            @Doc("Digits of a code.") int digits,
            @Doc("Id of the method.") String id,
            @Doc("Who the codes are for.") String issuer,
            @Doc("Bytes of a key.") int keySize,
            @Doc("Wrong codes for one entity until it has to wait.") int maxValidationAttempts,
            @Doc("Name of the method.") String name,
            @Doc("Namespace it is in.") String namespaceId,
            @Doc("How long each code is good, in seconds.") Duration period,
            @Doc("Kept for clients.") int qrSize,
            @Doc("Periods before and after now whose code is taken too.") int skew,
            @Doc("`totp`.") String type) {}

    record Listed(@Doc("Ids of the methods.") List<String> keys, @Doc("Each method by its id.") Map<String, Shown> keyInfo) {}

    record Enroll(@Doc("Id of the method.") String methodId, @Doc("Id of the entity.") String entityId) {}

    record Key(@Doc("Kept for clients: no picture is made.") String barcode, @Doc("Address for an authenticator; holds the key.") Secret url) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.list("mfa/method", Nothing.class, Listed.class, this::list, "List the methods of second factors."),
                Route.read("mfa/method/{method_id}", Id.class, Shown.class, this::read, "Read a method."),
                Route.list("mfa/method/totp", Nothing.class, Listed.class, this::list, "List the methods of one-time passwords."),
                Route.write("mfa/method/totp", Set.class, Made.class, this::set, "Create a method of one-time passwords, or change one."),
                Route.read("mfa/method/totp/{method_id}", Id.class, Shown.class, this::read, "Read a method of one-time passwords."),
                Route.write("mfa/method/totp/{method_id}", Set.class, Made.class, this::set, "Change a method of one-time passwords; what is not sent stays."),
                Route.delete("mfa/method/totp/{method_id}", Id.class, None.class, this::delete, "Delete a method with all its keys; one that is asked for stays."),
                Route.write("mfa/method/totp/generate", Id.class, Key.class, this::generate, "Make a key for the entity that asks; shown once."),
                Route.write("mfa/method/totp/admin-generate", Enroll.class, Key.class, this::adminGenerate, "Make a key for an entity; shown once.").with(Trait.SUDO),
                Route.write("mfa/method/totp/admin-destroy", Enroll.class, None.class, this::adminDestroy, "Delete an entity's key, so that it can have another.").with(Trait.SUDO));
    }

    private Reply<Listed> list(Call.Read<Nothing> call) {
        var all = new LinkedHashMap<String, Shown>();
        for (var row : factors.methods.scan(call.store(), "", "", SecondFactors.MOST)) all.put(row.getKey(), shown(call.store(), row.getKey(), row.getValue()));
        if (all.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Listed(List.copyOf(all.keySet()), all));
    }

    private static Shown shown(Storage.Reader store, String id, MethodRow row) {
        return new Shown(row.algorithm(), row.digits(), id, row.issuer(), row.keySize(), row.maxValidationAttempts(), row.name(), NamespaceStore.idOf(store), row.period(), row.qrSize(), row.skew(), MethodRow.TOTP);
    }

    private MethodRow require(Storage.Reader store, String id) {
        return factors.methods.get(store, id).orElseThrow(() -> new Problem.NotFound().asException());
    }

    private Reply<Shown> read(Call.Read<Id> call) {
        return Reply.of(shown(call.store(), call.input().methodId(), require(call.store(), call.input().methodId())));
    }

    private Reply<Made> set(Call.Change<Set> call) {
        var in = call.input();
        var before = in.methodId().isEmpty() ? Optional.<MethodRow>empty() : Optional.of(require(call.store(), in.methodId()));
        if (before.isEmpty() && factors.methods.names(call.store(), "", "", SecondFactors.MOST).size() == SecondFactors.MOST) throw invalid("there are " + SecondFactors.MOST + " methods already");
        var row = new MethodRow(
                in.methodName().or(() -> before.map(MethodRow::name)).orElse(""),
                in.issuer().or(() -> before.map(MethodRow::issuer)).filter(text -> !text.isEmpty()).orElseThrow(() -> invalid("issuer must be set")),
                oneOf("algorithm", in.algorithm().or(() -> before.map(MethodRow::algorithm)).orElse("SHA1"), List.of("SHA1", "SHA256", "SHA512")),
                oneOf("digits", in.digits().or(() -> before.map(MethodRow::digits)).orElse(6), List.of(6, 8)),
                in.period().or(() -> before.map(MethodRow::period)).filter(period -> period.toSeconds() >= 10 && period.toSeconds() <= 300).or(() -> absent(in.period(), Duration.ofSeconds(30)))
                        .orElseThrow(() -> invalid("period must be between 10 and 300 seconds")),
                oneOf("skew", in.skew().or(() -> before.map(MethodRow::skew)).orElse(1), List.of(0, 1)),
                between("key_size", in.keySize().or(() -> before.map(MethodRow::keySize)).orElse(20), 16, 64),
                in.qrSize().or(() -> before.map(MethodRow::qrSize)).orElse(200),
                between("max_validation_attempts", in.maxValidationAttempts().or(() -> before.map(MethodRow::maxValidationAttempts)).orElse(5), 1, 100));
        var id = in.methodId().isEmpty() ? factors.newId() : in.methodId();
        factors.methods.put(call.store(), id, row);
        return Reply.of(new Made(id));
    }

    private static <T> Optional<T> absent(Optional<T> given, T otherwise) {
        return given.isEmpty() ? Optional.of(otherwise) : Optional.empty();
    }

    private static <T> T oneOf(String field, T given, List<T> allowed) {
        if (!allowed.contains(given)) throw invalid(field + " must be one of " + String.join(", ", allowed.stream().map(String::valueOf).toList()));
        return given;
    }

    private static int between(String field, int given, int least, int most) {
        if (given < least || given > most) throw invalid(field + " must be between " + least + " and " + most);
        return given;
    }

    private static Problem.ProblemException invalid(String message) {
        return new Problem.Invalid(message).asException();
    }

    private Reply<None> delete(Call.Change<Id> call) {
        var id = call.input().methodId();
        for (var row : factors.enforcements.scan(call.store(), "", "", SecondFactors.MOST)) {
            if (row.getValue().mfaMethodIds().contains(id)) throw invalid("methodID is still used by an enforcement configuration with ID: " + row.getValue().id());
        }
        factors.methods.delete(call.store(), id);
        factors.forgetAll(call.store(), id);
        return Reply.nothing();
    }

    private Reply<Key> generate(Call.Change<Id> call) {
        if (call.caller().entityId().isEmpty()) throw invalid("no entity: log in by an auth method to have a key");
        return enroll(call.store(), call.input().methodId(), call.caller().entityId(), call);
    }

    private Reply<Key> adminGenerate(Call.Change<Enroll> call) {
        return enroll(call.store(), call.input().methodId(), call.input().entityId(), call);
    }

    private Reply<Key> enroll(Storage.Writer store, String methodId, String entityId, Call<?> call) {
        var method = factors.methods.get(store, methodId).orElseThrow(() -> invalid("missing or invalid method ID"));
        var entity = identities.of(store, entityId);
        if (entityId.isEmpty() || entity.entityId().isEmpty()) throw invalid("invalid entity ID");
        var key = factors.enroll(store, methodId, method, entity.entityId(), call.now());
        if (key.isEmpty()) return Reply.<Key>nothing().warn("Entity already has a secret for MFA method \"" + method.name() + "\"");
        return Reply.of(new Key("", method.totp().address(key.get(), method.issuer(), entity.entityName())));
    }

    private Reply<None> adminDestroy(Call.Change<Enroll> call) {
        if (factors.methods.get(call.store(), call.input().methodId()).isEmpty()) throw invalid("missing or invalid method ID");
        factors.forget(call.store(), call.input().methodId(), call.input().entityId());
        return Reply.nothing();
    }
}
