package watchword.engines.aws;

import java.lang.System.Logger.Level;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import watchword.sdk.Outbound;
import watchword.sdk.Outbound.Ask;
import watchword.sdk.Problem;

/** STS and IAM, as we ask them. Nothing is remembered of an answer. */
final class Aws {
    private static final System.Logger LOG = System.getLogger(Aws.class.getName());
    private static final String STS = "https://sts.amazonaws.com/doc/2011-06-15/";
    private static final int MAX_BYTES = 64 << 10;

    private final Outbound outbound;

    Aws(Outbound outbound) {
        this.outbound = outbound;
    }

    /** Whose signature it is. */
    Principal caller(SignedQuestion question, ClientConfig config) {
        var to = question.to(config);
        var post = Ask.post(to, "", question.bytes());
        var answer = send(new Ask(post.method(), to, question.headers(), post.body(), post.trust(), post.timeout(), MAX_BYTES));
        if (answer.status() != 200) LOG.log(Level.INFO, "STS refused a login with status {0}", answer.status());
        return Xml.of(answer).filter(xml -> xml.root().equals("GetCallerIdentityResponse") && xml.namespace().equals(STS))
                .flatMap(xml -> Principal.of(xml.text("GetCallerIdentityResult/Arn"), xml.text("GetCallerIdentityResult/Account"), xml.text("GetCallerIdentityResult/UserId")))
                .orElseThrow(() -> new Problem.Denied().asException());
    }

    /** What AWS has for a user or role for ever, though another may get its name. */
    Optional<String> uniqueId(String arn, ClientConfig config, Instant now) {
        if (config.accessKey().isEmpty()) return Optional.empty();
        boolean role = arn.contains(":role/");
        var name = URLEncoder.encode(arn.substring(arn.lastIndexOf('/') + 1), StandardCharsets.UTF_8);
        var body = "Action=" + (role ? "GetRole&RoleName=" : "GetUser&UserName=") + name + "&Version=2010-05-08";
        var endpoint = Address.of(config.iamEndpoint().isEmpty() ? "https://iam.amazonaws.com" : config.iamEndpoint());
        var kind = role ? "GetRole" : "GetUser";
        var inner = kind + "Result/" + (role ? "Role/" : "User/");
        var answer = send(new Signer(config.accessKey(), config.secretKey(), "us-east-1", "iam").sign(endpoint, body, now));
        // Another account's of the same name is not the one that was meant.
        return Xml.of(answer).filter(xml -> xml.root().equals(kind + "Response") && xml.text(inner + "Arn").equals(arn)).map(xml -> xml.text(inner + (role ? "RoleId" : "UserId"))).filter(id -> !id.isEmpty());
    }

    private Outbound.Answer send(Ask ask) {
        try {
            return outbound.send(ask);
        } catch (Problem.ProblemException unreachable) {
            LOG.log(Level.WARNING, "AWS could not be asked: {0}", unreachable.getMessage());
            throw new Problem.Upstream("AWS could not be asked: the server's log says why").asException();
        }
    }
}
