package watchword.server;

import watchword.core.mount.EngineCatalog;
import watchword.crypto.PasswordHashes;
import watchword.engines.approle.AppRoleMethod;
import watchword.engines.aws.AwsMethod;
import watchword.engines.aws.secrets.AwsEngine;
import watchword.engines.cert.CertMethod;
import watchword.engines.database.DatabaseEngine;
import watchword.engines.gcp.GcpMethod;
import watchword.engines.gcp.secrets.GcpEngine;
import watchword.engines.jwt.JwtMethod;
import watchword.engines.kubernetes.KubernetesMethod;
import watchword.engines.kubernetes.Pod;
import watchword.engines.kubernetes.secrets.KubernetesEngine;
import watchword.engines.kv.KvEngines;
import watchword.engines.ldap.LdapMethod;
import watchword.engines.ldap.secrets.LdapEngine;
import watchword.engines.provider.ProviderEngine;
import watchword.engines.rabbitmq.RabbitMqEngine;
import watchword.engines.userpass.UserpassMethod;
import watchword.sdk.Outbound;

/** Every engine and auth method there is. Adding one is a line here. */
final class BuiltinEngines {
    private BuiltinEngines() {}

    /** @param outbound for those that ask others */
    static EngineCatalog catalog(Outbound outbound) {
        // Half of the machine is left for what is no password.
        var passwords = new PasswordHashes(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), PasswordHashes.Cost.ADVISED);
        return EngineCatalog.builder()
                .engine("aws", (context, mount) -> new AwsEngine(context, outbound))
                .engine("database", (context, mount) -> new DatabaseEngine(context, outbound))
                .engine("gcp", (context, mount) -> new GcpEngine(context, outbound))
                .engine("kubernetes", (context, mount) -> new KubernetesEngine(context, outbound, Pod.USUAL))
                .engine("kv", (context, mount) -> KvEngines.create(context, mount.options()))
                .engine("ldap", (context, mount) -> new LdapEngine(context, outbound))
                .engine("provider", (context, mount) -> new ProviderEngine(context, outbound))
                .engine("rabbitmq", (context, mount) -> new RabbitMqEngine(context, outbound))
                .auth("approle", (context, mount) -> new AppRoleMethod(context))
                .auth("aws", (context, mount) -> new AwsMethod(context, outbound))
                .auth("cert", (context, mount) -> new CertMethod(context, outbound))
                .auth("gcp", (context, mount) -> new GcpMethod(context, outbound))
                .auth("jwt", (context, mount) -> new JwtMethod(context, outbound, "jwt"))
                .auth("kubernetes", (context, mount) -> new KubernetesMethod(context, outbound, Pod.USUAL))
                .auth("ldap", (context, mount) -> new LdapMethod(context, outbound))
                .auth("oidc", (context, mount) -> new JwtMethod(context, outbound, "oidc"))
                .auth("userpass", (context, mount) -> new UserpassMethod(context, passwords))
                .build();
    }
}
