package watchword.engines.aws;

import java.net.URI;
import java.net.URISyntaxException;
import watchword.sdk.Problem;

/** Addresses of services of AWS, and of what stands in for them. */
public final class Address {
    private Address() {}

    /** @throws Problem.ProblemException for what is neither empty nor a URL without a path */
    public static void require(String field, String address) {
        if (address.isEmpty()) return;
        try {
            var parsed = new URI(address);
            var path = String.valueOf(parsed.getRawPath());
            if (parsed.getHost() != null && parsed.getRawUserInfo() == null && parsed.getRawQuery() == null && parsed.getRawFragment() == null && (path.isEmpty() || path.equals("/"))) return;
        } catch (URISyntaxException no) {
            // said below
        }
        throw new Problem.Invalid(field, "must be a URL without a path").asException();
    }

    /** One that was required, as questions are sent there. */
    public static URI of(String address) {
        return URI.create(address.endsWith("/") ? address : address + "/");
    }
}
