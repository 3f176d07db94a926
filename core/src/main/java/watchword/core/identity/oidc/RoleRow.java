package watchword.core.identity.oidc;

import java.time.Duration;

/** What workloads get tokens by. */
record RoleRow(String key, String template, String clientId, Duration ttl) {}
