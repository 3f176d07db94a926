package watchword.engines.ldap.secrets;

import java.time.Duration;
import watchword.sdk.Doc;

/** What is made in the directory for a lease, and how it is removed. */
record DynamicRole(
        @Doc("What is made, as LDIF.") String creationLdif,
        @Doc("Lifetime until renewed; the mount's when 0.") Duration defaultTtl,
        @Doc("What removes it, as LDIF.") String deletionLdif,
        @Doc("Longest lifetime; the mount's when 0.") Duration maxTtl,
        @Doc("What is done when it could not be made whole, as LDIF, before deletion_ldif.") String rollbackLdif,
        @Doc("How what is made is named; in the usual way when empty.") String usernameTemplate) {

    static final DynamicRole NONE = new DynamicRole("", Duration.ZERO, "", Duration.ZERO, "", "");
    private static final String USUAL_NAMES = "v_{{.DisplayName}}_{{.RoleName}}_{{random 10}}_{{unix_time}}";

    String template() {
        return usernameTemplate.isEmpty() ? USUAL_NAMES : usernameTemplate;
    }
}
