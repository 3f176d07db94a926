package watchword.core.password;

import java.util.List;
import java.util.random.RandomGenerator;
import watchword.core.hcl.Hcl;
import watchword.core.wire.Rows;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** The password policies in the store, and {@code sys/policies/password}. They say how passwords are made, and give nobody anything. */
public final class PasswordPolicies {
    private static final int MAX_TEXT = 64 << 10;
    /** Passwords that a new policy must make at once, so that it will later. */
    private static final int TRIALS = 5;

    private final Rows<Row> rows = new Rows<>("core/password-policy/", Row.class);
    private final RandomGenerator random;

    /** @param random cryptographically strong, except in a test */
    public PasswordPolicies(RandomGenerator random) {
        this.random = random;
    }

    record Row(String policy) {}

    record Nothing() {}

    record Name(@Doc("Name of the password policy.") String name) {}

    record Write(
            @Doc("Name of the password policy.") String name,
            @Doc("The password policy in HCL or JSON, plain or as base64.") String policy) {}

    record Keys(@Doc("Names of the password policies, sorted.") List<String> keys) {}

    record Shown(@Doc("Its text as it was written.") String policy) {}

    record Generated(@Doc("A new password; it is not kept.") Secret password) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.list("policies/password", Nothing.class, Keys.class, this::list, "List the password policies."),
                Route.read("policies/password/{name}", Name.class, Shown.class, this::read, "Read a password policy."),
                Route.write("policies/password/{name}", Write.class, None.class, this::write, "Create or replace a password policy."),
                Route.delete("policies/password/{name}", Name.class, None.class, this::delete, "Delete a password policy."),
                Route.read("policies/password/{name}/generate", Name.class, Generated.class, this::generate, "Make a password by a password policy."));
    }

    /** Makes a password by a stored policy, for an engine that issues accounts. */
    public Secret generate(Storage.Reader store, String name) {
        return PasswordPolicy.parse(existing(store, name).policy()).generate(random)
                .orElseThrow(() -> new Problem.Internal("failed to generate password from policy: too few passwords keep its rules").asException());
    }

    private Row existing(Storage.Reader store, String name) {
        return rows.get(store, name).orElseThrow(() -> new Problem.NotFound("policy does not exist").asException());
    }

    private Reply<Keys> list(Call.Read<Nothing> call) {
        var names = rows.names(call.store(), "", "", 10_000);
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Keys(names));
    }

    private Reply<Shown> read(Call.Read<Name> call) {
        return Reply.of(new Shown(existing(call.store(), call.input().name()).policy()));
    }

    private Reply<None> write(Call.Change<Write> call) {
        if (call.input().policy().isEmpty()) throw new Problem.Invalid("missing policy").asException();
        if (call.input().policy().length() > MAX_TEXT) throw new Problem.Invalid("policy is larger than 64 KiB").asException();
        var text = Hcl.decoded(call.input().policy());
        var policy = PasswordPolicy.parse(text);
        for (int i = 0; i < TRIALS; i++) policy.generate(random).orElseThrow(PasswordPolicy::impossible).close();
        rows.put(call.store(), call.input().name(), new Row(text));
        return Reply.nothing();
    }

    private Reply<None> delete(Call.Change<Name> call) {
        rows.delete(call.store(), call.input().name());
        return Reply.nothing();
    }

    private Reply<Generated> generate(Call.Read<Name> call) {
        return Reply.of(new Generated(generate(call.store(), call.input().name())));
    }
}
