package watchword.engines.gcp;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Doc;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/** How Google is asked, and what stands for who logs in. As it is stored. */
record Config(Secret credentials, Map<String, String> customEndpoint, String caPem, String iamAlias, String gceAlias) {
    private static final String GOOGLE = "https://www.googleapis.com";
    private static final int MAX_TEXT = 64 << 10;

    static final Config DEFAULT = new Config(Secret.copyOf(""), Map.of(), "", "role_id", "role_id");

    record Given(
            @Doc("Kept for clients and never told: only published keys are asked for, which needs no credentials.") Optional<Secret> credentials,
            @Doc("Other addresses of Google's services by their name; `api` is where keys are published.") Optional<Map<String, String>> customEndpoint,
            @Doc("Authorities that the address of keys is checked by, as PEM; the system's when not given. Our own.") Optional<String> caPem,
            @Doc("What stands for who logs in by iam: `role_id` or `unique_id`, the account's.") Optional<String> iamAlias,
            @Doc("What stands for who logs in by gce: `role_id` or `instance_id`.") Optional<String> gceAlias) {}

    record Shown(
            @Doc("Authorities that the address of keys is checked by.") String caPem,
            @Doc("Other addresses of Google's services by their name.") Map<String, String> customEndpoint,
            @Doc("What stands for who logs in by gce.") String gceAlias,
            @Doc("What stands for who logs in by iam.") String iamAlias) {}

    Config with(Given given) {
        var after = new Config(given.credentials().orElse(credentials), given.customEndpoint().orElse(customEndpoint), given.caPem().orElse(caPem),
                oneOf("iam_alias", given.iamAlias().orElse(iamAlias), "unique_id"), oneOf("gce_alias", given.gceAlias().orElse(gceAlias), "instance_id"));
        if (after.credentials().size() > MAX_TEXT || after.caPem().length() > MAX_TEXT) throw new Problem.Invalid("longer than " + MAX_TEXT + " characters").asException();
        for (var address : after.customEndpoint().values()) {
            if (!Outbound.isAddress(whole(address))) throw new Problem.Invalid("custom_endpoint", "an address is a host, or https://host").asException();
        }
        return after;
    }

    private static String oneOf(String field, String given, String other) {
        if (!List.of("role_id", other).contains(given)) throw new Problem.Invalid(field, "must be role_id or " + other).asException();
        return given;
    }

    private static String whole(String address) {
        return address.contains("://") ? address : "https://" + address;
    }

    /** Where keys are published, without a slash at the end. */
    String api() {
        var whole = whole(customEndpoint.getOrDefault("api", GOOGLE));
        return whole.endsWith("/") ? whole.substring(0, whole.length() - 1) : whole;
    }

    Shown shown() {
        return new Shown(caPem, customEndpoint, gceAlias, iamAlias);
    }
}
