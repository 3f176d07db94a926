package watchword.engines.kubernetes;

import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.JsonCodec;
import watchword.sdk.Outbound.Answer;
import watchword.sdk.Outbound.Ask;
import watchword.sdk.Problem;
import watchword.sdk.Tree;

/** The API server of a cluster, as we ask it. Why it refused stands in our log, not in what a stranger is answered. */
final class Cluster {
    private static final System.Logger LOG = System.getLogger(Cluster.class.getName());
    private static final String ALIAS_METADATA = "vault.hashicorp.com/alias-metadata-";
    private static final String USER = "system:serviceaccount:";

    private final ApiServer server;
    private final JsonCodec json;
    private final SecureRandom random;

    Cluster(ApiServer server, JsonCodec json, SecureRandom random) {
        this.server = server;
        this.json = json;
        this.random = random;
    }

    /**
     * Whom the cluster says a token is.
     *
     * @param audiences of which it must be for one; none only for a token that has none
     * @return empty when it says that it is nobody, or not for those
     */
    Optional<ServiceAccount> review(String jwt, List<String> audiences) {
        var spec = new LinkedHashMap<String, Object>();
        spec.put("token", jwt);
        if (!audiences.isEmpty()) spec.put("audiences", asked(audiences));
        var review = Map.of("apiVersion", "authentication.k8s.io/v1", "kind", "TokenReview", "spec", spec);
        var answer = send(Ask.post(server.at("/apis/authentication.k8s.io/v1/tokenreviews"), "application/json", json.write(review)));
        return answer.map(tree -> tree.at("status")).flatMap(status -> account(status, audiences));
    }

    /**
     * With one that no token is for. The cluster remembers for ten seconds what it found right, by the token and the audiences asked for; so
     * nobody who was deleted meanwhile is let in by its memory.
     */
    private List<String> asked(List<String> audiences) {
        var once = new byte[16];
        random.nextBytes(once);
        var all = new ArrayList<>(audiences);
        all.add("once:" + HexFormat.of().formatHex(once));
        return all;
    }

    private static Optional<ServiceAccount> account(Tree status, List<String> audiences) {
        if (!status.is("authenticated") || !status.text("error").isEmpty()) return Optional.empty();
        // A server that knows no audiences answers with none, and has checked none.
        if (!audiences.isEmpty() && status.texts("audiences").stream().noneMatch(audiences::contains)) return Optional.empty();
        var user = status.at("user");
        if (!user.text("username").startsWith(USER)) return Optional.empty();
        var names = user.text("username").substring(USER.length()).split(":", -1);
        return names.length == 2 ? Optional.of(new ServiceAccount(names[0], names[1], user.text("uid"), "")).filter(ServiceAccount::isWhole) : Optional.empty();
    }

    /** Empty when it may not be read. */
    Optional<Map<String, String>> namespaceLabels(String namespace) {
        return send(Ask.get(server.at("/api/v1/namespaces/" + namespace))).filter(tree -> tree.at("metadata").text("name").equals(namespace)).map(tree -> tree.at("metadata").at("labels").texts());
    }

    /** What the account's annotations say for its alias. */
    Map<String, String> aliasMetadata(ServiceAccount account) {
        var found = send(Ask.get(server.at(path(account))))
                .orElseThrow(() -> new Problem.Upstream("the service account's annotations cannot be read: the server's log says why").asException());
        if (!found.at("metadata").text("uid").equals(account.uid())) throw new Problem.Denied().asException();
        var metadata = new LinkedHashMap<String, String>();
        found.at("metadata").at("annotations").texts().forEach((name, value) -> {
            if (name.startsWith(ALIAS_METADATA)) metadata.put(name.substring(ALIAS_METADATA.length()), value);
        });
        account.metadata().keySet().forEach(reserved -> {
            if (metadata.containsKey(reserved)) throw new Problem.Invalid("annotation " + ALIAS_METADATA + reserved + " is reserved").asException();
        });
        return metadata;
    }

    ApiServer.Place place() {
        return server.place();
    }

    /** Whether we have rights of our own to look with. */
    boolean isOurs() {
        return server.hasBearer();
    }

    /** Whether an account was deleted, though perhaps another has its name. What we may not read counts as there. */
    boolean isGone(ServiceAccount account) {
        var answer = ask(Ask.get(server.at(path(account))));
        if (answer.status() / 100 != 2) return answer.status() == 404;
        return !json.read(answer.body()).map(Tree::of).map(found -> found.at("metadata").text("uid")).orElse("").equals(account.uid());
    }

    private static String path(ServiceAccount account) {
        return "/api/v1/namespaces/" + account.namespace() + "/serviceaccounts/" + account.name();
    }

    /** The keys that it signs with, as a JSON Web Key Set. */
    Optional<byte[]> signingKeys() {
        return exchange(Ask.get(server.at("/openid/v1/jwks")).header("Accept", "application/jwk-set+json"));
    }

    private Optional<Tree> send(Ask ask) {
        return exchange(ask).flatMap(json::read).map(Tree::of);
    }

    private Optional<byte[]> exchange(Ask ask) {
        var answer = ask(ask);
        if (answer.status() / 100 == 2) return Optional.of(answer.body());
        LOG.log(Level.WARNING, "the cluster refused {0} {1} with status {2}: does the reviewing account still exist, and has it the right?", ask.method(), ask.to().getPath(), answer.status());
        return Optional.empty();
    }

    private Answer ask(Ask ask) {
        try {
            return server.send(ask);
        } catch (Problem.ProblemException unreachable) {
            LOG.log(Level.WARNING, "the cluster could not be asked: {0}", unreachable.getMessage());
            throw new Problem.Upstream("the cluster could not be asked: the server's log says why").asException();
        }
    }
}
