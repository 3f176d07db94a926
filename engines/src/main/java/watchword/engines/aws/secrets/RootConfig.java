package watchword.engines.aws.secrets;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import watchword.engines.aws.Address;
import watchword.sdk.Default;
import watchword.sdk.Inline;
import watchword.sdk.Problem;
import watchword.sdk.RotationTerms;

/** How AWS is asked, but for the access key, which is rotated. Empty addresses are AWS's own. */
record RootConfig(
        String region,
        String iamEndpoint,
        String stsEndpoint,
        String stsRegion,
        List<String> stsFallbackEndpoints,
        List<String> stsFallbackRegions,
        @Default("-1") long maxRetries,
        String usernameTemplate,
        String roleArn,
        String identityTokenAudience,
        Duration identityTokenTtl,
        @Inline RotationTerms rotation) {

    static final RootConfig NONE = new RootConfig("", "", "", "", List.of(), List.of(), -1, "", "", "", Duration.ZERO, RotationTerms.NONE);

    private static final Pattern REGION = Pattern.compile("[a-z]{2,4}(-[a-z]{2,16}){1,3}-\\d{1,2}");
    private static final String USUAL_REGION = "us-east-1";
    private static final int USUAL_RETRIES = 3;
    private static final int MOST_RETRIES = 10;
    private static final int MOST_FALLBACKS = 8;

    /** @throws Problem.ProblemException when it cannot be used */
    void check() {
        requireRegion("region", region);
        requireRegion("sts_region", stsRegion);
        Address.require("iam_endpoint", iamEndpoint);
        Address.require("sts_endpoint", stsEndpoint);
        if (stsFallbackEndpoints.size() != stsFallbackRegions.size()) throw new Problem.Invalid("fallback endpoints and fallback regions must be of the same number, in the same order").asException();
        if (stsFallbackEndpoints.size() > MOST_FALLBACKS) throw new Problem.Invalid("sts_fallback_endpoints", "at most " + MOST_FALLBACKS).asException();
        for (var endpoint : stsFallbackEndpoints) Address.require("sts_fallback_endpoints", endpoint);
        for (var each : stsFallbackRegions) requireRegion("sts_fallback_regions", each);
        if (roleArn.length() > 2048) throw new Problem.Invalid("role_arn", "too long").asException();
        if (identityTokenAudience.length() > 1024) throw new Problem.Invalid("identity_token_audience", "too long").asException();
        if (!identityTokenAudience.isEmpty() && roleArn.isEmpty()) throw new Problem.Invalid("missing required 'role_arn' when 'identity_token_audience' is set").asException();
    }

    private static void requireRegion(String field, String region) {
        if (!region.isEmpty() && !REGION.matcher(region).matches()) throw new Problem.Invalid(field, "must be a region of AWS, such as eu-central-1").asException();
    }

    long retries() {
        return maxRetries < 0 ? USUAL_RETRIES : Math.min(maxRetries, MOST_RETRIES);
    }

    /** IAM is one for all regions of a partition. */
    Place iam() {
        if (!iamEndpoint.isEmpty()) return new Place(Address.of(iamEndpoint), region.isEmpty() ? USUAL_REGION : region);
        if (region.startsWith("cn-")) return new Place(Address.of("https://iam.cn-north-1.amazonaws.com.cn"), "cn-north-1");
        if (region.startsWith("us-gov-")) return new Place(Address.of("https://iam.us-gov.amazonaws.com"), "us-gov-west-1");
        return new Place(Address.of("https://iam.amazonaws.com"), USUAL_REGION);
    }

    /** In the order in which they are asked. */
    List<Place> sts() {
        var places = new ArrayList<Place>();
        places.add(sts(stsEndpoint, stsRegion.isEmpty() ? region : stsRegion));
        for (int i = 0; i < stsFallbackEndpoints.size(); i++) places.add(sts(stsFallbackEndpoints.get(i), stsFallbackRegions.get(i)));
        return List.copyOf(places);
    }

    private static Place sts(String endpoint, String region) {
        if (!endpoint.isEmpty()) return new Place(Address.of(endpoint), region.isEmpty() ? USUAL_REGION : region);
        if (region.isEmpty()) return new Place(Address.of("https://sts.amazonaws.com"), USUAL_REGION);
        return new Place(Address.of("https://sts." + region + ".amazonaws.com" + (region.startsWith("cn-") ? ".cn" : "")), region);
    }
}
