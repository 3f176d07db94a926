import json
import os

import hvac
import pytest


def test_health_and_seal_status(root):
    assert root.sys.read_health_status(method="GET")["initialized"]
    assert root.sys.is_initialized() and not root.sys.is_sealed()
    assert root.sys.read_leader_status()["is_self"]
    assert root.sys.read_seal_status()["sealed"] is False


def test_policies_decide(root, as_token):
    root.sys.create_or_update_policy("reader", 'path "secret/data/team/*" { capabilities = ["read"] }\npath "secret/data/team/not" { capabilities = ["deny"] }')
    assert "reader" in root.sys.list_policies()["data"]["policies"]
    assert "team" in root.sys.read_policy("reader")["data"]["rules"]
    root.secrets.kv.v2.create_or_update_secret("team/yes", secret={"k": "v"}, mount_point="secret")
    root.secrets.kv.v2.create_or_update_secret("team/not", secret={"k": "v"}, mount_point="secret")
    reader = as_token(root.auth.token.create(policies=["reader"])["auth"]["client_token"])
    assert reader.secrets.kv.v2.read_secret_version("team/yes", mount_point="secret", raise_on_deleted_version=True)["data"]["data"] == {"k": "v"}
    for refused in ("team/not", "other"):
        with pytest.raises(hvac.exceptions.Forbidden, match="permission denied"):
            reader.secrets.kv.v2.read_secret_version(refused, mount_point="secret", raise_on_deleted_version=True)
    with pytest.raises(hvac.exceptions.Forbidden):
        reader.secrets.kv.v2.create_or_update_secret("team/yes", secret={"k": "w"}, mount_point="secret")
    assert reader.sys.get_capabilities(["secret/data/team/yes"])["data"]["capabilities"] == ["read"]
    root.sys.delete_policy("reader")
    with pytest.raises(hvac.exceptions.Forbidden):
        reader.secrets.kv.v2.read_secret_version("team/yes", mount_point="secret", raise_on_deleted_version=True)


def test_mounts_are_enabled_tuned_moved_and_disabled(root):
    root.sys.enable_secrets_engine("kv", path="m1", description="d", config={"default_lease_ttl": "1h"})
    assert root.sys.read_mount_configuration("m1")["data"]["default_lease_ttl"] == 3600
    root.sys.tune_mount_configuration("m1", max_lease_ttl="2h")
    assert root.sys.read_mount_configuration("m1")["data"]["max_lease_ttl"] == 7200
    root.secrets.kv.v1.create_or_update_secret("x", secret={"k": "v"}, mount_point="m1")
    root.sys.move_backend("m1", "m2")
    assert root.secrets.kv.v1.read_secret("x", mount_point="m2")["data"] == {"k": "v"}
    root.sys.disable_secrets_engine("m2")
    assert "m2/" not in root.sys.list_mounted_secrets_engines()["data"]
    root.sys.enable_secrets_engine("kv", path="m2")
    with pytest.raises(hvac.exceptions.InvalidPath):
        root.secrets.kv.v1.read_secret("x", mount_point="m2")


def test_auth_methods_are_listed(root):
    assert root.sys.list_auth_methods()["data"]["token/"]["type"] == "token"


def test_the_key_is_rotated_and_old_values_stay_readable(root):
    root.secrets.kv.v2.create_or_update_secret("before", secret={"k": "v"}, mount_point="secret")
    term = root.sys.get_encryption_key_status()["data"]["term"]
    root.sys.rotate_encryption_key()
    assert root.sys.get_encryption_key_status()["data"]["term"] == term + 1
    assert root.secrets.kv.v2.read_secret_version("before", mount_point="secret", raise_on_deleted_version=True)["data"]["data"] == {"k": "v"}


def test_audit_devices_are_listed_and_hash(root):
    devices = root.sys.list_enabled_audit_devices()["data"]
    assert "file/" in devices
    assert root.sys.calculate_hash(path="file", input_to_hash="x")["data"]["hash"].startswith("hmac-sha256:")


def test_the_audit_log_holds_each_request_and_no_secret(root):
    root.secrets.kv.v2.create_or_update_secret("audited", secret={"k": "canary-audit-7f3a", "n": {"deep": ["canary-audit-7f3a"]}}, mount_point="secret")
    root.secrets.kv.v2.read_secret_version("audited", mount_point="secret", raise_on_deleted_version=True)
    text = open(os.environ["AUDIT_LOG"], encoding="ascii").read()
    assert "canary-audit-7f3a" not in text and os.environ["VAULT_TOKEN"] not in text
    lines = [json.loads(line) for line in text.splitlines()]
    mine = [line for line in lines if line.get("request", {}).get("path") == "secret/data/audited"]
    assert [(line["type"], line["request"]["operation"]) for line in mine] == [("request", "create"), ("response", "create"), ("request", "read"), ("response", "read")]
    hashed = root.sys.calculate_hash(path="file", input_to_hash="canary-audit-7f3a")["data"]["hash"]
    assert mine[3]["response"]["data"]["data"]["k"] == hashed


def test_the_api_describes_itself(root):
    document = root.adapter.get("/v1/sys/internal/specs/openapi")
    assert "/sys/mounts" in document["paths"] and "/secret/data/{path}" in document["paths"]


def test_an_unknown_namespace_is_not_found(root):
    other = hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"], namespace="none/")
    with pytest.raises(hvac.exceptions.InvalidPath, match="namespace not found"):
        other.sys.list_mounted_secrets_engines()


def test_lease_calls_answer_as_clients_expect(root):
    with pytest.raises(hvac.exceptions.InvalidRequest, match="invalid lease"):
        root.sys.read_lease("nope")
    with pytest.raises(hvac.exceptions.InvalidRequest, match="lease not found"):
        root.sys.renew_lease("nope")
    root.sys.revoke_lease("nope")
