"""The kubernetes auth method, with service accounts of a real API server. Number 42 of the vulnerability list is here."""

import os
import time

import hvac
import pytest
from cluster import ISSUER, Cluster
from hvac.exceptions import Forbidden, InvalidRequest, VaultError


@pytest.fixture(scope="session")
def cluster():
    started = Cluster()
    started.namespace("ml", {"team": "ml"})
    started.namespace("prod")
    started.namespace("system")
    for namespace in ("ml", "prod"):
        started.account(namespace, "train", {"vault.hashicorp.com/alias-metadata-env": "test"})
    started.account("system", "reviewer")
    started.grant("reviewer", "system:auth-delegator", "system", "reviewer")
    started.ask("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", {
        "metadata": {"name": "reads"}, "rules": [{"apiGroups": [""], "resources": ["namespaces", "serviceaccounts"], "verbs": ["get"]}]})
    started.grant("reads", "reads", "system", "reviewer")
    yield started
    started.close()


@pytest.fixture
def mount(cluster):
    """A mount for the cluster, with one role."""
    root = hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])
    root.sys.enable_auth_method("kubernetes")
    configure(root, cluster)
    role(root)
    yield root
    root.sys.disable_auth_method("kubernetes")


def configure(root, cluster, **more):
    settings = {"kubernetes_host": cluster.address, "kubernetes_ca_cert": cluster.authorities, "token_reviewer_jwt": cluster.token("system", "reviewer"), "disable_local_ca_jwt": True}
    root.write_data("auth/kubernetes/config", data={**settings, **more})


def role(root, **more):
    settings = {"bound_service_account_names": ["train"], "bound_service_account_namespaces": ["ml"], "audience": "vault", "token_policies": ["default"], "token_ttl": "10m"}
    root.write_data("auth/kubernetes/role/trainer", data={**settings, **more})


def login(jwt, name="trainer"):
    client = hvac.Client(url=os.environ["VAULT_ADDR"])
    return client.auth.kubernetes.login(role=name, jwt=jwt)["auth"]


def test_hvac_configures_reads_back_and_logs_in(cluster, mount):
    mount.auth.kubernetes.configure(kubernetes_host=cluster.address, kubernetes_ca_cert=cluster.authorities, token_reviewer_jwt=cluster.token("system", "reviewer"))
    read = mount.auth.kubernetes.read_config()
    assert read["kubernetes_host"] == cluster.address
    assert read["kubernetes_ca_cert"] == cluster.authorities
    assert "token_reviewer_jwt" not in read and read["token_reviewer_jwt_set"] is True
    mount.auth.kubernetes.create_role(name="by-hvac", bound_service_account_names=["train"], bound_service_account_namespaces=["ml"], ttl="5m", policies=["default"],
                                      alias_name_source="serviceaccount_name", audience="vault")
    assert mount.auth.kubernetes.list_roles()["keys"] == ["by-hvac", "trainer"]
    shown = mount.auth.kubernetes.read_role(name="by-hvac")
    assert shown["bound_service_account_names"] == ["train"] and shown["ttl"] == 300 and shown["token_ttl"] == 300 and shown["alias_name_source"] == "serviceaccount_name"
    auth = login(cluster.token("ml", "train", "vault"), "by-hvac")
    assert auth["lease_duration"] == 300
    assert auth["metadata"]["service_account_name"] == "train" and auth["metadata"]["service_account_namespace"] == "ml" and auth["metadata"]["role"] == "by-hvac"
    client = hvac.Client(url=os.environ["VAULT_ADDR"], token=auth["client_token"])
    assert client.lookup_token()["data"]["display_name"] == "kubernetes-ml-train"
    assert client.auth.token.renew_self()["auth"]["lease_duration"] == 300
    mount.auth.kubernetes.delete_role(name="by-hvac")
    with pytest.raises(Forbidden):
        client.auth.token.renew_self()


def test_a_token_for_another_audience_is_refused(cluster, mount):
    assert login(cluster.token("ml", "train", "vault"))
    for audience in ("other", None, ISSUER):
        with pytest.raises(Forbidden):
            login(cluster.token("ml", "train", audience))


def test_each_bound_of_a_role_refuses(cluster, mount):
    with pytest.raises(Forbidden, match="namespace not authorized"):
        login(cluster.token("prod", "train", "vault"))
    with pytest.raises(Forbidden, match="service account name not authorized"):
        login(cluster.token("system", "reviewer", "vault"))
    with pytest.raises(InvalidRequest, match='invalid role name "nobody"'):
        login(cluster.token("ml", "train", "vault"), "nobody")
    with pytest.raises(Forbidden, match="permission denied"):
        login(cluster.token("ml", "train", "vault")[:-8] + "AAAAAAAA", "nobody")


@pytest.mark.parametrize("kind", ["serviceaccounts", "pods"])
def test_what_was_deleted_is_refused_within_a_second(cluster, mount, kind):
    role(mount, bound_service_account_names=["*"])
    name = "brief-" + kind
    cluster.account("ml", name)
    cluster.pod("ml", name, name)
    jwt = cluster.token("ml", name, "vault", pod=name)
    assert login(jwt)
    cluster.delete("ml", kind, name)
    deleted = time.monotonic()
    while True:
        try:
            login(jwt)
        except Forbidden:
            break
        time.sleep(0.02)
    assert time.monotonic() - deleted < 1, "the cluster's own memory of ten seconds must not count"


def test_namespaces_may_be_chosen_by_their_labels(cluster, mount):
    role(mount, bound_service_account_namespaces=[], bound_service_account_namespace_selector='{"matchLabels":{"team":"ml"}}')
    assert login(cluster.token("ml", "train", "vault"))
    with pytest.raises(Forbidden):
        login(cluster.token("prod", "train", "vault"))


def test_annotations_are_read_where_the_operator_says_so(cluster, mount):
    configure(mount, cluster, use_annotations_as_alias_metadata=True)
    assert login(cluster.token("ml", "train", "vault"))


def test_a_service_account_may_review_itself(cluster, mount):
    configure(mount, cluster, token_reviewer_jwt="")
    role(mount, bound_service_account_names=["*"], bound_service_account_namespaces=["*"], audience="")
    assert login(cluster.token("system", "reviewer"))
    with pytest.raises(Forbidden):
        login(cluster.token("ml", "train"))


def test_keys_that_the_operator_gave_must_have_signed_besides(cluster, mount):
    configure(mount, cluster, pem_keys=[cluster.public_key])
    assert login(cluster.token("ml", "train", "vault"))


def test_without_review_the_published_keys_decide(cluster, mount):
    configure(mount, cluster, disable_token_review=True, issuer=ISSUER, disable_iss_validation=False)
    assert login(cluster.token("ml", "train", "vault"))
    with pytest.raises(Forbidden):
        login(cluster.token("ml", "train", "other"))
    with pytest.raises(Forbidden):
        login(cluster.token("ml", "train", "vault")[:-8] + "AAAAAAAA")
    configure(mount, cluster, disable_token_review=True, pem_keys=[cluster.public_key], kubernetes_host="https://127.0.0.1:1")
    assert login(cluster.token("ml", "train", "vault")), "the operator's keys need no cluster"


def test_an_api_server_that_is_not_trusted_is_not_asked(cluster, mount):
    configure(mount, cluster, kubernetes_ca_cert="")
    with pytest.raises(VaultError):
        login(cluster.token("ml", "train", "vault"))
