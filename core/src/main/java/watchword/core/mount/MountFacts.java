package watchword.core.mount;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A mount as its API shows it. */
final class MountFacts {
    private MountFacts() {}

    static Map<String, Object> of(MountEntry m) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("accessor", m.accessor());
        facts.put("config", config(m.config()));
        if (m.type().equals("kv")) facts.put("deprecation_status", "supported");
        facts.put("description", m.description());
        facts.put("external_entropy_access", m.externalEntropyAccess());
        facts.put("local", m.local());
        putOptions(facts, m);
        facts.put("plugin_version", m.pluginVersion());
        facts.put("running_plugin_version", "v1.0.0+builtin.watchword");
        facts.put("running_sha256", "");
        facts.put("seal_wrap", m.sealWrap());
        facts.put("type", m.type());
        facts.put("uuid", m.uuid());
        return facts;
    }

    /** The server's own engines have no options at all; clients expect null there. */
    @SuppressWarnings("NullAway") // JSON null
    private static void putOptions(Map<String, Object> facts, MountEntry m) {
        facts.put("options", m.isSystem() ? null : m.options());
    }

    static Map<String, Object> publicly(MountEntry m) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("type", m.type());
        facts.put("description", m.description());
        putOptions(facts, m);
        return facts;
    }

    private static Map<String, Object> config(MountEntry.Config c) {
        var config = new LinkedHashMap<String, Object>();
        config.put("default_lease_ttl", c.defaultLeaseTtl().toSeconds());
        config.put("force_no_cache", c.forceNoCache());
        config.put("max_lease_ttl", c.maxLeaseTtl().toSeconds());
        more(config, c);
        return config;
    }

    static Map<String, Object> tuning(Mounts mounts, MountEntry m) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("default_lease_ttl", mounts.defaultTtl(m).toSeconds());
        facts.put("description", m.description());
        facts.put("force_no_cache", m.config().forceNoCache());
        facts.put("max_lease_ttl", mounts.maxTtl(m).toSeconds());
        more(facts, m.config());
        if (!m.options().isEmpty()) facts.put("options", m.options());
        return facts;
    }

    private static void more(Map<String, Object> to, MountEntry.Config c) {
        put(to, "listing_visibility", c.listingVisibility().filter(v -> !v.isEmpty()));
        put(to, "token_type", c.tokenType());
        put(to, "audit_non_hmac_request_keys", c.auditNonHmacRequestKeys());
        put(to, "audit_non_hmac_response_keys", c.auditNonHmacResponseKeys());
        put(to, "passthrough_request_headers", c.passthroughRequestHeaders());
        put(to, "allowed_response_headers", c.allowedResponseHeaders());
        put(to, "user_lockout_config", c.userLockoutConfig());
    }

    private static void put(Map<String, Object> to, String name, Optional<?> value) {
        value.ifPresent(present -> to.put(name, present));
    }
}
