package watchword.engines.aws;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import watchword.sdk.AuthMethod;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.JsonCodec;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Tree;

/** Logs in users and roles of AWS by their signature under the question who they are. */
public final class AwsMethod implements AuthMethod {
    private static final int MAX_CHARACTERS = 64 << 10;

    private final JsonCodec json;
    private final ConfigRoutes configs;
    private final RoleRoutes roles;
    private final Aws aws;

    public AwsMethod(EngineContext context, Outbound outbound) {
        this.json = context.json();
        this.aws = new Aws(outbound);
        this.configs = new ConfigRoutes(context);
        this.roles = new RoleRoutes(context, configs, aws);
    }

    record Login(
            @Doc("Role to log in as; the name of the user or role when empty.") String role,
            @Doc("Method of the signed request: `POST`.") String iamHttpRequestMethod,
            @Doc("Its URL, in base64.") String iamRequestUrl,
            @Doc("Its body, in base64.") String iamRequestBody,
            @Doc("Its headers: an object, or its JSON in base64.") Object iamRequestHeaders,
            @Doc("Refused: EC2 logins are not there.") String pkcs7,
            @Doc("Refused: EC2 logins are not there.") String identity) {}

    private record Rules(ClientConfig config, ConfigRoutes.Identity identity) {}

    @Override
    public String type() {
        return "aws";
    }

    @Override
    public String help() {
        return "Logs in users and roles of AWS by their signature.";
    }

    @Override
    public Set<String> names() {
        return Set.of("role");
    }

    @Override
    public List<Route<?, ?>> routes() {
        var all = new ArrayList<Route<?, ?>>();
        all.addAll(configs.routes());
        all.addAll(roles.routes());
        all.add(Route.loginOutside("login", Login.class, this::login, "Log in with a signed GetCallerIdentity request."));
        return List.copyOf(all);
    }

    private Reply<None> login(Call.Effect<Login> call) {
        var in = call.input();
        if (!in.pkcs7().isEmpty() || !in.identity().isEmpty()) throw new Problem.Invalid("EC2 logins are not supported: log in by IAM").asException();
        var rules = call.storage().<Rules>read(store -> new Rules(configs.client(store), configs.identity(store)));
        var question = SignedQuestion.of(in.iamHttpRequestMethod(), base64("iam_request_url", in.iamRequestUrl()), base64("iam_request_body", in.iamRequestBody()), headers(in.iamRequestHeaders()), rules.config());
        if (!rules.config().stsRegion().isEmpty() && !question.region().equals(rules.config().stsRegion())) throw new Problem.Invalid("the signature is for another region than sts_region").asException();
        var principal = aws.caller(question, rules.config());
        var name = in.role().isEmpty() ? principal.name() : in.role();
        var role = call.storage().<Optional<Role>>read(store -> roles.find(store, name)).orElseThrow(() -> new Problem.Invalid("entry for role \"" + name + "\" not found").asException());
        role.terms().requireFrom(call.ask().remoteAddress());
        if (!role.allows(principal)) throw new Problem.Denied("IAM Principal \"" + principal.arn() + "\" does not belong to the role \"" + name + "\"").asException();
        var metadata = metadata(principal, role);
        var aliasMetadata = new LinkedHashMap<>(metadata);
        aliasMetadata.keySet().retainAll(rules.identity().iamMetadata());
        var shownAs = principal.session().isEmpty() ? principal.name() : principal.name() + "/" + principal.session();
        return Reply.auth(Reply.Login.of(alias(rules.identity(), principal, role), role.terms()).displayName(shownAs).metadata(metadata).aliasMetadata(aliasMetadata)
                .handle(Map.of("role", name, "arn", principal.arn(), "canonical", principal.canonical(), "account", principal.account(), "user", principal.userId())));
    }

    private static String alias(ConfigRoutes.Identity identity, Principal principal, Role role) {
        return switch (identity.iamAlias()) {
            case "unique_id" -> principal.userId();
            case "full_arn" -> principal.arn();
            case "canonical_arn" -> principal.canonical();
            default -> role.roleId();
        };
    }

    private static Map<String, String> metadata(Principal principal, Role role) {
        var shown = new LinkedHashMap<String, String>();
        shown.put("account_id", principal.account());
        shown.put("auth_type", "iam");
        shown.put("canonical_arn", principal.canonical());
        shown.put("client_arn", principal.arn());
        shown.put("client_user_id", principal.userId());
        shown.put("inferred_aws_region", "");
        shown.put("inferred_entity_id", "");
        shown.put("inferred_entity_type", "");
        shown.put("role_id", role.roleId());
        return shown;
    }

    private static String base64(String field, String text) {
        if (text.isEmpty()) throw new Problem.Invalid("missing " + field).asException();
        if (text.length() > MAX_CHARACTERS) throw new Problem.Invalid(field, "too long").asException();
        try {
            return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw new Problem.Invalid("failed to base64 decode " + field).asException();
        }
    }

    private Map<String, Object> headers(Object sent) {
        if (sent instanceof Map<?, ?>) return Tree.of(sent).members();
        if (!(sent instanceof String text)) throw new Problem.Invalid("missing iam_request_headers").asException();
        var bytes = text.stripLeading().startsWith("{") ? text : base64("iam_request_headers", text);
        return json.read(bytes.getBytes(StandardCharsets.UTF_8)).filter(Map.class::isInstance).map(tree -> Tree.of(tree).members())
                .orElseThrow(() -> new Problem.Invalid("iam_request_headers must be an object, each of its names once").asException());
    }

    @Override
    public Renewed renew(Renewal renewal) {
        var handle = renewal.handle();
        var role = renewal.store().<Optional<Role>>read(store -> roles.find(store, handle.getOrDefault("role", ""))).orElseThrow(() -> new Problem.Denied().asException());
        var principal = new Principal(handle.getOrDefault("arn", ""), handle.getOrDefault("canonical", ""), handle.getOrDefault("account", ""), handle.getOrDefault("user", ""), "", "");
        if (!role.allows(principal)) throw new Problem.Denied().asException();
        return Renewed.on(role.terms());
    }
}
