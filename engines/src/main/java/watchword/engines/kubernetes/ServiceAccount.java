package watchword.engines.kubernetes;

import java.util.LinkedHashMap;
import java.util.Map;
import watchword.sdk.Tree;

/**
 * A service account of a cluster.
 *
 * @param secretName of a token that is kept in a secret; empty for one of a pod
 */
record ServiceAccount(String namespace, String name, String uid, String secretName) {

    /** As a token tells it: in one object, or in the flat claims of tokens that are kept in secrets. */
    static ServiceAccount of(Tree claims) {
        var inner = claims.at("kubernetes.io");
        if (!inner.members().isEmpty()) {
            var account = inner.at("serviceaccount");
            return new ServiceAccount(inner.text("namespace"), account.text("name"), account.text("uid"), "");
        }
        var flat = "kubernetes.io/serviceaccount/";
        return new ServiceAccount(claims.text(flat + "namespace"), claims.text(flat + "service-account.name"), claims.text(flat + "service-account.uid"),
                claims.text(flat + "secret.name"));
    }

    boolean isWhole() {
        return ApiServer.isName(namespace) && ApiServer.isName(name) && !uid.isEmpty() && uid.length() <= 128;
    }

    boolean isSameAs(ServiceAccount other) {
        return namespace.equals(other.namespace) && name.equals(other.name) && uid.equals(other.uid);
    }

    Map<String, String> metadata() {
        var shown = new LinkedHashMap<String, String>();
        shown.put("service_account_name", name);
        shown.put("service_account_namespace", namespace);
        shown.put("service_account_secret_name", secretName);
        shown.put("service_account_uid", uid);
        return shown;
    }
}
