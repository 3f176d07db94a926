package watchword.core.identity.oidc;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.AuthMethod;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.TokenTerms;

/** An auth method that believes everybody, and knows what they do it for. */
final class BadgeMethod implements AuthMethod {
    record Try(@Doc("Name of the user.") String user, @Doc("What they do it for.") String run, @Doc("What is known of them.") Map<String, String> known) {}

    @Override
    public String type() {
        return "badge";
    }

    @Override
    public String help() {
        return "Logs everybody in.";
    }

    @Override
    public List<Route<?, ?>> routes() {
        return List.of(Route.login("login/{user}", Try.class, BadgeMethod::login, "Log in.").who(call -> call.input().user()));
    }

    private static Reply<None> login(Call.Change<Try> call) {
        var in = call.input();
        return Reply.auth(Reply.Login.of(in.user(), TokenTerms.NONE).displayName(in.user()).aliasMetadata(in.known()).run(in.run()));
    }

    @Override
    public Renewed renew(Renewal renewal) {
        return new Renewed(TokenTerms.NONE, Optional.empty());
    }
}
