package watchword.cli.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import watchword.cli.line.Call;
import watchword.cli.line.Command;
import watchword.cli.line.Flag;
import watchword.cli.line.Group;
import watchword.cli.line.UsageException;
import watchword.client.Json;
import watchword.client.SettingsException;

/** {@code token}: making, looking up, renewing and revoking tokens. */
public final class TokenCommands implements Group {
    private static final Flag ACCESSOR = Flag.on("accessor", "TOKEN is an accessor");

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of("token create", "", "Make a token, a child of the one in use.").doing("creating token")
                        .flags(Flag.texts("policy", "NAME", "a policy it has; else those of its parent"),
                                Flag.duration("ttl", "how long it lives, unless it is renewed"),
                                Flag.duration("explicit-max-ttl", "how long it lives at most, renewed or not"),
                                Flag.duration("period", "each renewal makes it live this long again, without end"),
                                Flag.number("use-limit", "how many requests it is good for"),
                                Flag.text("display-name", "NAME", "its name in look-ups and audit"),
                                Flag.pairs("metadata", "a pair of your own, shown in look-ups and audit"),
                                Flag.choice("type", "service: kept by the server; batch: carries itself, and cannot be revoked alone",
                                        "service", "batch"),
                                Flag.text("role", "NAME", "make it under this token role"),
                                Flag.text("entity-alias", "NAME", "alias of the entity it belongs to; needs -role"),
                                Flag.text("id", "TEXT", "its text, instead of one by chance"),
                                Flag.on("orphan", "without a parent, so that it outlives the one in use"),
                                Flag.on("no-default-policy", "without the policy named default"),
                                Flag.choice("renewable", "whether it can be renewed", "true", "false"))
                        .example("token create -policy=trainer -ttl=10m -field=token"),
                Command.of("token lookup", "[TOKEN|-]", "Tell about a token; without TOKEN, about the one in use.")
                        .doing("looking up token").flags(ACCESSOR)
                        .example("token lookup"),
                Command.of("token renew", "[TOKEN|-]", "Prolong a token; without TOKEN, the one in use.").doing("renewing token")
                        .flags(ACCESSOR, Flag.duration("increment", "how long it should live from now"),
                                Flag.duration("i", "short for -increment"))
                        .example("token renew -increment=1h"),
                Command.of("token revoke", "[TOKEN|-]", "Revoke a token with everything that was obtained with it.").doing("revoking token")
                        .flags(ACCESSOR, Flag.on("self", "the one in use"),
                                Flag.choice("mode", "orphan: leave its children alive; path: all tokens of the login path TOKEN", "orphan",
                                        "path"))
                        .example("token revoke -self"),
                Command.of("token capabilities", "[TOKEN|-] PATH", "Tell what a token may do on a path.").doing("listing capabilities")
                        .flags(ACCESSOR)
                        .note("Without TOKEN, what the one in use may do.")
                        .example("token capabilities secret/data/train"));
    }

    @Override
    public int run(Call call) throws IOException, UsageException, SettingsException {
        return switch (call.command().words()) {
            case "token create" -> create(call);
            case "token lookup" -> lookup(call);
            case "token renew" -> renew(call);
            case "token revoke" -> revoke(call);
            case "token capabilities" -> capabilities(call);
            default -> throw Group.undone(call);
        };
    }

    private static int create(Call call) throws IOException, UsageException, SettingsException {
        var body = Json.fields();
        if (call.has("policy")) body.put("policies", Json.texts(call.all("policy")));
        for (var name : new String[] {"ttl", "explicit-max-ttl", "period", "display-name", "type", "entity-alias", "id"}) {
            body.put(name.replace('-', '_'), call.option(name));
        }
        var uses = call.option("use-limit");
        if (uses.isPresent()) body.put("num_uses", Long.parseLong(uses.get()));
        if (call.has("metadata")) body.put("meta", Pairs.of(call.all("metadata")));
        if (call.isOn("no-default-policy")) body.put("no_default_policy", true);
        if (call.has("renewable")) body.put("renewable", call.isOn("renewable"));
        if (call.isOn("orphan")) body.put("no_parent", true);
        var role = call.option("role");
        var path = role.isPresent() ? "auth/token/create/" + role.get() : call.isOn("orphan") ? "auth/token/create-orphan"
                : "auth/token/create";
        return call.output().answer(call.client().write(path, body.build()));
    }

    /** The token or accessor that was named, under the name the server reads. */
    private static Json.Fields named(Call call) throws UsageException {
        if (call.arguments().isEmpty()) throw new UsageException("which token?" + (call.isOn("accessor") ? " -accessor needs one" : ""));
        var given = call.argument(0).equals("-") ? call.input().standardInput().strip() : call.argument(0);
        return Json.fields().put(call.isOn("accessor") ? "accessor" : "token", given);
    }

    private static boolean isSelf(Call call) {
        return call.arguments().isEmpty() && !call.isOn("accessor");
    }

    private static int lookup(Call call) throws IOException, UsageException, SettingsException {
        if (isSelf(call)) return call.output().answer(call.client().read("auth/token/lookup-self"));
        return call.output().answer(call.client().write("auth/token/lookup" + suffix(call), named(call).build()));
    }

    private static String suffix(Call call) {
        return call.isOn("accessor") ? "-accessor" : "";
    }

    private static int renew(Call call) throws IOException, UsageException, SettingsException {
        var body = isSelf(call) ? Json.fields() : named(call);
        body.put("increment", call.has("increment") ? call.option("increment") : call.option("i"));
        return call.output()
                .answer(call.client().write(isSelf(call) ? "auth/token/renew-self" : "auth/token/renew" + suffix(call), body.build()));
    }

    private static int revoke(Call call) throws IOException, UsageException, SettingsException {
        var mode = call.option("mode").orElse("");
        boolean self = call.isOn("self");
        if (self && (!call.arguments().isEmpty() || call.isOn("accessor") || !mode.isEmpty())) {
            throw new UsageException("-self stands alone");
        }
        if (!self && call.arguments().isEmpty()) throw new UsageException("which token? -self is the one in use");
        if (call.isOn("accessor") && !mode.isEmpty()) throw new UsageException("-accessor and -mode do not go together");
        var client = call.client();
        if (self) client.write("auth/token/revoke-self", Json.Obj.EMPTY);
        else if (mode.equals("path")) client.write("sys/leases/revoke-prefix/" + call.path(0), Json.Obj.EMPTY);
        else if (mode.equals("orphan")) client.write("auth/token/revoke-orphan", named(call).build());
        else client.write("auth/token/revoke" + suffix(call), named(call).build());
        return call.output().success("Revoked token (if it existed)");
    }

    private static int capabilities(Call call) throws IOException, UsageException, SettingsException {
        boolean self = call.arguments().size() == 1;
        var path = call.path(self ? 0 : 1);
        var body = self ? Json.fields() : named(call);
        body.put("paths", Json.texts(List.of(path)));
        var answer = call.client().write(self ? "sys/capabilities-self" : "sys/capabilities" + suffix(call), body.build());
        var names = new ArrayList<>(answer.data().has(path) ? answer.data().texts(path) : answer.data().texts("capabilities"));
        Collections.sort(names);
        if (!call.output().isTable() || call.output().wantsField()) return call.output().answer(answer);
        call.out().println(String.join(", ", names));
        return 0;
    }
}
