package watchword.core.token;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.wire.Rows;
import watchword.sdk.AuthMethod;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Inline;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.TokenFields;
import watchword.sdk.TokenTerms;

/** The smallest auth method: a user and a pin. */
public final class PinMethod implements AuthMethod {
    private final Rows<User> users = new Rows<>("user/", User.class);

    record User(String pin, @Inline TokenTerms terms) {}

    record Name(@Doc("Name of the user.") String user) {}

    record Set(@Doc("Name of the user.") String user, @Doc("The pin.") String pin, @Inline TokenFields token) {}

    record Shown(@Inline TokenTerms terms) {}

    record Try(@Doc("Name of the user.") String user, @Doc("The pin.") String pin, @Doc("What it is for.") String run, @Doc("A role; it gives nothing.") String role) {}

    @Override
    public String type() {
        return "pin";
    }

    @Override
    public String help() {
        return "Logs in by a pin.";
    }

    @Override
    public List<Route<?, ?>> routes() {
        return List.of(
                Route.write("user/{user}", Set.class, None.class, this::set, "Set a user."),
                Route.read("user/{user}", Name.class, Shown.class, call -> Reply.of(new Shown(require(call).terms())), "Read a user."),
                Route.delete("user/{user}", Name.class, None.class, this::delete, "Delete a user."),
                Route.login("login/{user}", Try.class, this::login, "Log in.").who(call -> call.input().user()));
    }

    private User require(Call.Read<Name> call) {
        return users.get(call.store(), call.input().user()).orElseThrow(() -> new Problem.NotFound().asException());
    }

    private Reply<None> set(Call.Change<Set> call) {
        var before = users.get(call.store(), call.input().user());
        var terms = call.input().token().over(before.map(User::terms).orElse(TokenTerms.NONE));
        users.put(call.store(), call.input().user(), new User(call.input().pin(), terms));
        return Reply.nothing();
    }

    private Reply<None> delete(Call.Change<Name> call) {
        users.delete(call.store(), call.input().user());
        return Reply.nothing();
    }

    private Reply<None> login(Call.Change<Try> call) {
        var user = users.get(call.store(), call.input().user()).filter(known -> known.pin().equals(call.input().pin()))
                .orElseThrow(() -> new Problem.BadLogin("invalid pin").asException());
        return Reply.auth(Reply.Login.of(call.input().user(), user.terms()).displayName(call.input().user()).run(call.input().run()).metadata(Map.of("username", call.input().user())));
    }

    @Override
    public Renewed renew(Renewal renewal) {
        return Renewed.on(renewal.store().<Optional<User>>read(store -> users.get(store, renewal.alias())).map(User::terms).orElseThrow(() -> new Problem.Denied().asException()));
    }
}
