package watchword.core.opa;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import watchword.core.json.Json;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;

/** An OPA server, asked over its REST data API. What the request holds is in the input alone, never in the address. */
final class OpaServer {
    private static final int MOST_BYTES = 64 << 10;
    private static final int LONGEST_ID = 128;

    private final Outbound outbound;

    OpaServer(Outbound outbound) {
        this.outbound = outbound;
    }

    /** @throws Problem.ProblemException 400 for an address that cannot be asked */
    static URI address(String url, String entrypoint) {
        try {
            var base = new URI(url);
            boolean web = base.getScheme() != null && (base.getScheme().equalsIgnoreCase("http") || base.getScheme().equalsIgnoreCase("https"));
            if (!web || base.getHost() == null || base.getRawUserInfo() != null || base.getRawQuery() != null || base.getRawFragment() != null) {
                throw new Problem.Invalid("url must be http:// or https:// with a host, and without a user, a query or a fragment").asException();
            }
            return new URI(url.replaceAll("/+$", "") + "/v1/data/" + entrypoint);
        } catch (URISyntaxException none) {
            throw new Problem.Invalid("url is not an address").asException();
        }
    }

    Verdict ask(OpaPolicy policy, byte[] input) {
        var body = new ByteArrayOutputStream(input.length + 16);
        body.writeBytes("{\"input\":".getBytes(StandardCharsets.UTF_8));
        body.writeBytes(input);
        body.write('}');
        Map<String, String> headers = new LinkedHashMap<>(Map.of("Accept", "application/json", "Content-Type", "application/json"));
        if (policy.token().size() > 0) headers.put("Authorization", "Bearer " + policy.token().reveal());
        try {
            var answer = outbound.send(new Outbound.Ask("POST", address(policy.url(), policy.entrypoint()), headers, body.toByteArray(), Outbound.Trust.in(policy.caPem()),
                    policy.timeout(), MOST_BYTES));
            if (answer.status() != 200) return new Verdict.NoAnswer("the OPA server answered with status " + answer.status());
            return verdict(answer.body());
        } catch (Problem.ProblemException unreached) {
            return new Verdict.NoAnswer(String.join("; ", unreached.problem().messages()));
        }
    }

    private static Verdict verdict(byte[] body) {
        try {
            if (!(Json.parse(body) instanceof Map<?, ?> answer)) return new Verdict.NoAnswer("the OPA server's answer is not an object");
            var id = answer.get("decision_id") instanceof String text && text.length() <= LONGEST_ID ? text : "";
            return answer.containsKey("result") ? Verdict.of(answer.get("result"), id) : Verdict.undefined(id);
        } catch (Json.MalformedException garbage) {
            return new Verdict.NoAnswer("the OPA server's answer is not JSON");
        }
    }
}
