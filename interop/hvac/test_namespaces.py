import os

import hvac
import pytest

ADMIN = 'path "*" { capabilities = ["create", "read", "update", "patch", "delete", "list", "sudo"] }'


@pytest.fixture
def within():
    """A client of a namespace with any token, by default the root's."""
    return lambda namespace, token=os.environ["VAULT_TOKEN"]: hvac.Client(url=os.environ["VAULT_ADDR"], token=token, namespace=namespace)


@pytest.fixture
def teams(root, within):
    """Two namespaces with an administrator each; gone afterwards."""
    clients = []
    for name in ("py-a", "py-b"):
        root.sys.create_namespace(path=name)
        there = within(name)
        there.sys.create_or_update_policy("admin", ADMIN)
        clients.append(within(name, there.auth.token.create(policies=["admin"], ttl="1h")["auth"]["client_token"]))
    yield clients
    for name in ("py-a", "py-b"):
        root.sys.delete_namespace(path=name)
    with pytest.raises(hvac.exceptions.InvalidPath):
        root.sys.list_namespaces()


def test_namespaces_are_listed(root, teams):
    listed = root.sys.list_namespaces()["data"]
    assert listed["keys"] == ["py-a/", "py-b/"]
    assert listed["key_info"]["py-a/"]["path"] == "py-a/"


def test_each_team_has_mounts_and_secrets_of_its_own(teams, within):
    a, b = teams
    for client, value in ((a, "of a"), (b, "of b")):
        client.sys.enable_secrets_engine("kv", path="secret", options={"version": "2"})
        client.secrets.kv.v2.create_or_update_secret("db", secret={"k": value}, mount_point="secret")
    for client, value in ((a, "of a"), (b, "of b")):
        assert client.secrets.kv.v2.read_secret_version("db", mount_point="secret", raise_on_deleted_version=True)["data"]["data"] == {"k": value}
    with pytest.raises(hvac.exceptions.Forbidden):
        within("py-b", a.token).secrets.kv.v2.read_secret_version("db", mount_point="secret", raise_on_deleted_version=True)
    with pytest.raises(hvac.exceptions.Forbidden):
        within(None, a.token).sys.list_mounted_secrets_engines()
    # The namespace may stand in the path as well.
    assert within(None, a.token).read("py-a/secret/data/db")["data"]["data"] == {"k": "of a"}


def test_a_token_knows_its_namespace(teams):
    a, b = teams
    assert a.is_authenticated()
    looked = a.auth.token.lookup_self()["data"]
    assert looked["namespace_path"] == "py-a/" and looked["accessor"].split(".")[1] == a.token.split(".")[2]
    assert a.auth.token.renew_self(increment="30m")["auth"]["client_token"] == a.token
    with pytest.raises(hvac.exceptions.VaultError):
        b.auth.token.lookup_accessor(looked["accessor"])
    with pytest.raises(hvac.exceptions.VaultError):
        b.auth.token.renew_accessor(looked["accessor"])


def test_what_is_the_servers_is_not_a_teams(teams):
    a, _ = teams
    for refused in (a.sys.seal, a.sys.list_enabled_audit_devices, a.sys.rotate_encryption_key):
        with pytest.raises(hvac.exceptions.InvalidRequest, match="operation only available in root namespace"):
            refused()
