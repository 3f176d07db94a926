package watchword.core.identity;

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

/** An auth method whose users have groups and metadata. It goes by the name of the one that recorded exchanges use. */
final class BadgeMethod implements AuthMethod {
    private final Rows<User> users = new Rows<>("user/", User.class);

    record User(String password, List<String> groups, Map<String, String> known, @Inline TokenTerms terms) {}

    record Set(
            @Doc("Name of the user.") String user,
            @Doc("The password.") String password,
            @Doc("Groups they are in.") List<String> groups,
            @Doc("What is known of them.") Map<String, String> known,
            @Inline TokenFields token) {}

    record Try(@Doc("Name of the user.") String user, @Doc("The password.") String password) {}

    @Override
    public String type() {
        return "userpass";
    }

    @Override
    public String help() {
        return "Logs in by a badge.";
    }

    @Override
    public List<Route<?, ?>> routes() {
        return List.of(
                Route.write("users/{user}", Set.class, None.class, this::set, "Set a user."),
                Route.login("login/{user}", Try.class, this::login, "Log in.").who(call -> call.input().user()));
    }

    private Reply<None> set(Call.Change<Set> call) {
        var in = call.input();
        users.put(call.store(), in.user(), new User(in.password(), in.groups(), in.known(), in.token().over(TokenTerms.NONE)));
        return Reply.nothing();
    }

    private Reply<None> login(Call.Change<Try> call) {
        var name = call.input().user();
        var user = users.get(call.store(), name).filter(known -> known.password().equals(call.input().password())).orElseThrow(() -> new Problem.BadLogin("invalid username or password").asException());
        return Reply.auth(Reply.Login.of(name, user.terms()).displayName(name).metadata(Map.of("username", name)).aliasMetadata(user.known()).groups(user.groups()));
    }

    @Override
    public Renewed renew(Renewal renewal) {
        var user = renewal.store().<Optional<User>>read(store -> users.get(store, renewal.alias())).orElseThrow(() -> new Problem.Denied().asException());
        return new Renewed(user.terms(), Optional.of(user.groups()));
    }
}
