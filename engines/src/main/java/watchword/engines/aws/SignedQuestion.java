package watchword.engines.aws;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import watchword.sdk.Problem;

/**
 * The question {@code GetCallerIdentity} as a client has signed it, made anew of the parts that we know: a body in one of two spellings,
 * headers that are known or named by the operator, a host that is one of AWS's, or the operator's. What was signed besides is refused, what
 * was not signed is left out.
 *
 * @param host that was signed
 * @param region of the signature
 * @param headers as they go out
 */
record SignedQuestion(String host, String region, Map<String, String> headers, String body) {
    static final String SERVER_ID = "x-vault-aws-iam-server-id";
    private static final Set<String> BODIES = Set.of("Action=GetCallerIdentity&Version=2011-06-15", "Version=2011-06-15&Action=GetCallerIdentity");
    private static final Set<String> KNOWN = Set.of("authorization", "content-length", "content-type", "host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token", "x-amz-user-agent", SERVER_ID);
    private static final Set<String> MUST_BE_SIGNED = Set.of("host", "x-amz-date");
    private static final Pattern REGION = Pattern.compile("[a-z]{2,4}(-[a-z]{2,16}){1,3}-\\d{1,2}");
    private static final Pattern AWS_HOST = Pattern.compile("sts(?:-fips)?(?:\\.([a-z0-9-]{3,40}))?\\.amazonaws\\.com(?:\\.cn)?");
    private static final Pattern AUTHORIZATION =
            Pattern.compile("AWS4-HMAC-SHA256 Credential=[A-Z0-9]{16,128}/\\d{8}/([a-z0-9-]{3,40})/sts/aws4_request, ?SignedHeaders=([a-z0-9;-]{1,1024}), ?Signature=[0-9a-f]{64}");
    private static final int MAX_HEADERS = 32;
    private static final int MAX_VALUE = 8192;

    static SignedQuestion of(String method, String url, String body, Map<String, Object> sent, ClientConfig config) {
        if (!method.equals("POST")) throw refused("invalid iam_http_request_method; currently only 'POST' is supported");
        if (!BODIES.contains(body)) throw refused("iam_request_body must be that of GetCallerIdentity, and nothing else");
        var headers = headers(sent);
        var authorization = AUTHORIZATION.matcher(headers.getOrDefault("authorization", ""));
        if (!authorization.matches()) throw refused("missing or unknown Authorization header: only AWS4-HMAC-SHA256 for sts is taken");
        var region = authorization.group(1);
        if (!REGION.matcher(region).matches()) throw refused("the signature's region is none");
        var signed = List.of(authorization.group(2).split(";"));
        if (!signed.containsAll(MUST_BE_SIGNED)) throw refused("host and x-amz-date must be signed");
        requireServerId(headers, signed, config);
        var outgoing = new LinkedHashMap<String, String>();
        for (var name : signed) {
            if (!KNOWN.contains(name) && config.allowedStsHeaderValues().stream().noneMatch(name::equalsIgnoreCase)) throw refused("invalid request header: " + name);
            // The host is the URL's, which not every client repeats; the length is the body's.
            if (!name.equals("content-length") && !name.equals("host")) outgoing.put(name, Optional.ofNullable(headers.get(name)).orElseThrow(() -> refused("a signed header is missing")));
        }
        outgoing.put("authorization", headers.get("authorization"));
        headers.computeIfPresent("x-amz-security-token", (name, token) -> outgoing.computeIfAbsent(name, _ -> token));
        var host = host(url, headers.getOrDefault("host", ""), config);
        outgoing.put("Host", host);
        outgoing.remove("content-type");
        outgoing.put("Content-Type", headers.getOrDefault("content-type", "application/x-www-form-urlencoded; charset=utf-8"));
        outgoing.put("accept", "application/xml");
        return new SignedQuestion(host, region, outgoing, body);
    }

    private static void requireServerId(Map<String, String> headers, List<String> signed, ClientConfig config) {
        if (config.iamServerIdHeaderValue().isEmpty()) return;
        var value = headers.getOrDefault(SERVER_ID, "");
        if (value.isEmpty()) throw refused("missing header \"X-Vault-AWS-IAM-Server-ID\"");
        if (!value.equals(config.iamServerIdHeaderValue())) throw refused("expected another value of \"X-Vault-AWS-IAM-Server-ID\"");
        if (!signed.contains(SERVER_ID)) throw refused("\"X-Vault-AWS-IAM-Server-ID\" wasn't signed");
    }

    private static Map<String, String> headers(Map<String, Object> sent) {
        if (sent.size() > MAX_HEADERS) throw refused("too many request headers");
        var headers = new LinkedHashMap<String, String>();
        sent.forEach((name, value) -> {
            var text = switch (value) {
                case String one -> one;
                case List<?> list when list.size() == 1 && list.getFirst() instanceof String one -> one;
                case Long number -> number.toString();
                case null, default -> throw refused("a request header must have one value");
            };
            if (!name.matches("[A-Za-z0-9-]{1,128}") || text.length() > MAX_VALUE || !text.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) throw refused("a request header is malformed");
            if (headers.put(name.toLowerCase(Locale.ROOT), text) != null) throw refused("a request header is there twice");
        });
        return headers;
    }

    /** The host of the URL, which must be the one of the header, and one that we would ask. */
    private static String host(String url, String header, ClientConfig config) {
        try {
            var address = new URI(url);
            boolean plain = address.getRawUserInfo() == null && address.getRawQuery() == null && address.getRawFragment() == null && address.getHost() != null
                    && (address.getRawPath().isEmpty() || address.getRawPath().equals("/")) && ("https".equals(address.getScheme()) || "http".equals(address.getScheme()));
            if (!plain) throw refused("iam_request_url must be the address of an STS endpoint, without a path or query");
            var host = address.getPort() < 0 ? address.getHost() : address.getHost() + ":" + address.getPort();
            if (!header.isEmpty() && !header.equals(host)) throw refused("the Host header differs from iam_request_url");
            if (!isAws(host) && !host.equals(config.stsHost())) throw refused("iam_request_url is not the address of an STS endpoint");
            return host;
        } catch (URISyntaxException malformed) {
            throw refused("iam_request_url cannot be read");
        }
    }

    static boolean isAws(String host) {
        var matched = AWS_HOST.matcher(host);
        return matched.matches() && (matched.group(1) == null || REGION.matcher(matched.group(1)).matches());
    }

    /** Where it is sent: where the operator says, or to AWS itself. */
    URI to(ClientConfig config) {
        if (!config.stsEndpoint().isEmpty()) return Address.of(config.stsEndpoint());
        if (config.useStsRegionFromClient() || host.equals("sts.amazonaws.com")) return URI.create("https://" + host + "/");
        throw refused("the question is signed for " + host + ": set sts_endpoint, or use_sts_region_from_client");
    }

    byte[] bytes() {
        return body.getBytes(StandardCharsets.US_ASCII);
    }

    private static RuntimeException refused(String why) {
        return new Problem.Invalid(why).asException();
    }
}
