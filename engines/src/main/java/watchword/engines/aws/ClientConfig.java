package watchword.engines.aws;

import java.net.URI;
import java.util.List;
import watchword.sdk.Default;
import watchword.sdk.Secret;

/** How AWS is asked. Empty addresses are AWS's own. */
record ClientConfig(
        String accessKey,
        Secret secretKey,
        String endpoint,
        String iamEndpoint,
        String stsEndpoint,
        String stsRegion,
        boolean useStsRegionFromClient,
        String iamServerIdHeaderValue,
        List<String> allowedStsHeaderValues,
        @Default("-1") long maxRetries,
        String roleArn) {

    static final ClientConfig NONE = new ClientConfig("", Secret.copyOf(""), "", "", "", "", false, "", List.of(), -1, "");

    /** With its port, as a client would sign it; empty for AWS's. */
    String stsHost() {
        if (stsEndpoint.isEmpty()) return "";
        var address = URI.create(stsEndpoint);
        return address.getPort() < 0 ? address.getHost() : address.getHost() + ":" + address.getPort();
    }
}
