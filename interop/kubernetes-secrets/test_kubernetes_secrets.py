"""The kubernetes secrets engine: what it makes in a real API server works there, is bounded, and ends with the lease."""

import base64
import json
import os
import ssl
import time
import urllib.error
import urllib.request

import hvac
import pytest
from cluster import Cluster
from hvac.exceptions import InvalidRequest, VaultError

RULES = """
rules:
- apiGroups: [""]
  resources: [configmaps]
  verbs: [list]
"""


@pytest.fixture(scope="session")
def cluster():
    started = Cluster()
    started.namespace("ml", {"team": "ml"})
    started.namespace("prod", {"team": "ops"})
    started.namespace("system")
    started.account("ml", "train")
    started.account("system", "maker")
    # What the engine's documentation asks for, and no more: it makes and removes, and looks at namespaces alone.
    started.ask("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", {"metadata": {"name": "maker"}, "rules": [
        {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"]},
        {"apiGroups": [""], "resources": ["serviceaccounts", "serviceaccounts/token"], "verbs": ["create", "delete"]},
        {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["rolebindings", "clusterrolebindings"], "verbs": ["create", "delete"]},
        {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles", "clusterroles"], "verbs": ["bind", "escalate", "create", "delete"]}]})
    started.grant("maker", "maker", "system", "maker")
    started.ask("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", {
        "metadata": {"name": "lists"}, "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}]})
    yield started
    started.close()


@pytest.fixture
def mount(cluster):
    root = hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])
    root.sys.enable_secrets_engine("kubernetes")
    root.write_data("kubernetes/config", data={"kubernetes_host": cluster.address, "kubernetes_ca_cert": cluster.authorities, "service_account_jwt": cluster.token("system", "maker"), "disable_local_ca_jwt": True})
    yield root
    root.sys.disable_secrets_engine("kubernetes")


def role(root, name, **more):
    root.write_data(f"kubernetes/roles/{name}", data={"allowed_kubernetes_namespaces": ["ml"], "token_default_ttl": "1h", **more})


def creds(root, name, **more):
    return root.write_data(f"kubernetes/creds/{name}", data=more)


def status(cluster, token, path):
    request = urllib.request.Request(cluster.address + path, headers={"Authorization": f"Bearer {token}"})
    trust = ssl.create_default_context(cafile=str(cluster.work / "certs" / "apiserver.crt"))
    try:
        with urllib.request.urlopen(request, context=trust, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


def soon(cluster, token, path, wanted):
    """The cluster's authorizer and authenticator see changes through watches and a cache of ten seconds."""
    deadline = time.monotonic() + 30
    while (got := status(cluster, token, path)) != wanted and time.monotonic() < deadline:
        time.sleep(0.2)
    return got


def left(cluster, name):
    """Everything of this name in the cluster."""
    rbac = "/apis/rbac.authorization.k8s.io/v1"
    found = []
    for path in ("/api/v1/serviceaccounts", f"{rbac}/roles", f"{rbac}/rolebindings", f"{rbac}/clusterroles", f"{rbac}/clusterrolebindings"):
        found += [path for item in cluster.ask("GET", path)["items"] if item["metadata"]["name"] == name]
    return found


LIST, ELSEWHERE, OTHER = "/api/v1/namespaces/ml/configmaps", "/api/v1/namespaces/prod/configmaps", "/api/v1/namespaces/ml/secrets"


def test_a_token_of_made_rules_works_where_it_may_and_dies_with_its_lease(cluster, mount):
    role(mount, "made", generated_role_rules=RULES, extra_labels={"team": "ml"}, extra_annotations={"why": "test"})
    made = creds(mount, "made")
    name, token = made["data"]["service_account_name"], made["data"]["service_account_token"]
    assert made["lease_duration"] == 3600 and made["renewable"] is False and made["data"]["service_account_namespace"] == "ml"
    assert soon(cluster, token, LIST, 200) == 200
    assert status(cluster, token, ELSEWHERE) == 403
    assert status(cluster, token, OTHER) == 403
    account = cluster.ask("GET", f"/api/v1/namespaces/ml/serviceaccounts/{name}")["metadata"]
    assert account["labels"]["team"] == "ml" and account["labels"]["app.kubernetes.io/managed-by"] == "HashiCorp-Vault" and account["annotations"]["why"] == "test"
    owner = account["ownerReferences"][0]
    assert owner["kind"] == "Role" and owner["uid"] == cluster.ask("GET", f"/apis/rbac.authorization.k8s.io/v1/namespaces/ml/roles/{name}")["metadata"]["uid"]
    mount.sys.revoke_lease(made["lease_id"])
    assert soon(cluster, token, LIST, 401) == 401
    assert left(cluster, name) == []


def test_a_binding_to_a_role_that_is_there_leaves_that_role(cluster, mount):
    role(mount, "bound", kubernetes_role_name="lists", kubernetes_role_type="ClusterRole")
    here = creds(mount, "bound")
    assert soon(cluster, here["data"]["service_account_token"], LIST, 200) == 200
    assert status(cluster, here["data"]["service_account_token"], ELSEWHERE) == 403
    everywhere = creds(mount, "bound", cluster_role_binding=True)
    assert soon(cluster, everywhere["data"]["service_account_token"], ELSEWHERE, 200) == 200
    mount.sys.revoke_prefix("kubernetes/creds/bound")
    for made in (here, everywhere):
        assert soon(cluster, made["data"]["service_account_token"], LIST, 401) == 401
        assert left(cluster, made["data"]["service_account_name"]) == []
    assert left(cluster, "lists") == ["/apis/rbac.authorization.k8s.io/v1/clusterroles"]


def test_a_token_of_an_account_that_is_there(cluster, mount):
    role(mount, "there", service_account_name="train", token_default_audiences=["watchword"])
    made = creds(mount, "there", ttl="20m")
    claims = json.loads(base64.urlsafe_b64decode(made["data"]["service_account_token"].split(".")[1] + "=="))
    assert claims["sub"] == "system:serviceaccount:ml:train" and claims["aud"] == ["watchword"] and claims["exp"] - claims["iat"] == 1200 == made["lease_duration"]
    mount.sys.revoke_lease(made["lease_id"])
    assert cluster.ask("GET", "/api/v1/namespaces/ml/serviceaccounts/train")["metadata"]["name"] == "train"


def test_namespaces_by_label_and_what_the_cluster_refuses(cluster, mount):
    role(mount, "labelled", allowed_kubernetes_namespaces=[], allowed_kubernetes_namespace_selector="matchLabels:\n  team: ml\n", generated_role_rules=RULES)
    assert creds(mount, "labelled", kubernetes_namespace="ml")["data"]["service_account_namespace"] == "ml"
    with pytest.raises(InvalidRequest, match="does not match role's label selector"):
        creds(mount, "labelled", kubernetes_namespace="prod")
    with pytest.raises(VaultError, match="not found"):
        creds(mount, "labelled", kubernetes_namespace="nowhere")
    with pytest.raises(VaultError, match="10 minutes"):
        creds(mount, "labelled", kubernetes_namespace="ml", ttl="1m")
    mount.sys.revoke_prefix("kubernetes/creds/labelled")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        names = [item["metadata"]["name"] for item in cluster.ask("GET", "/apis/rbac.authorization.k8s.io/v1/namespaces/ml/roles")["items"]]
        if not any(name.startswith("v-") for name in names):
            break
        time.sleep(0.2)
    assert not any(name.startswith("v-") for name in names), "what was begun for a token that was refused is undone"
