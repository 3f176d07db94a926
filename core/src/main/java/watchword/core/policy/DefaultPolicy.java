package watchword.core.policy;

/** The texts of the two policies that every server has. */
final class DefaultPolicy {
    private DefaultPolicy() {}

    /** What any token may do: look after itself. An operator may change it. */
    static final String TEXT = """
            # What every token may do unless it was made without this policy: look after itself.

            path "auth/token/lookup-self" { capabilities = ["read"] }
            path "auth/token/renew-self" { capabilities = ["update"] }
            path "auth/token/revoke-self" { capabilities = ["update"] }
            path "sys/capabilities-self" { capabilities = ["update"] }

            # Its own entity.
            path "identity/entity/id/{{identity.entity.id}}" { capabilities = ["read"] }
            path "identity/entity/name/{{identity.entity.name}}" { capabilities = ["read"] }

            # What it has, for user interfaces.
            path "sys/internal/ui/resultant-acl" { capabilities = ["read"] }

            # Leases it knows the id of.
            path "sys/renew" { capabilities = ["update"] }
            path "sys/leases/renew" { capabilities = ["update"] }
            path "sys/leases/lookup" { capabilities = ["update"] }

            # Its own store, and wrapping.
            path "cubbyhole/*" { capabilities = ["create", "read", "update", "delete", "list"] }
            path "sys/wrapping/wrap" { capabilities = ["update"] }
            path "sys/wrapping/lookup" { capabilities = ["update"] }
            path "sys/wrapping/unwrap" { capabilities = ["update"] }

            # Hashing.
            path "sys/tools/hash" { capabilities = ["update"] }
            path "sys/tools/hash/*" { capabilities = ["update"] }

            # The state of a request that waits for approval.
            path "sys/control-group/request" { capabilities = ["update"] }

            # Signing in to an application by way of this server.
            path "identity/oidc/provider/+/authorize" { capabilities = ["read", "update"] }
            """;

    /** What a wrapping token may do: be unwrapped. */
    static final String WRAPPING = """
            path "cubbyhole/response" { capabilities = ["create", "read"] }
            path "sys/wrapping/unwrap" { capabilities = ["update"] }
            """;
}
