"""Logins of machines and of people, and who fails at them too often."""
import concurrent.futures
import json
import os
import uuid

import hvac
import pytest

ADDR = os.environ["VAULT_ADDR"]


@pytest.fixture
def approle(root):
    """A mount of its own; its path."""
    path = f"approle-{uuid.uuid4().hex[:8]}"
    root.sys.enable_auth_method("approle", path=path)
    return path


@pytest.fixture
def userpass(root):
    path = f"userpass-{uuid.uuid4().hex[:8]}"
    root.sys.enable_auth_method("userpass", path=path)
    return path


def test_a_machine_logs_in_and_its_token_does_what_its_role_says(root, approle):
    root.sys.create_or_update_policy("reads-train", 'path "secret/data/train/*" { capabilities = ["read"] }')
    root.secrets.kv.v2.create_or_update_secret("train/db", {"password": "canary"})
    roles = root.auth.approle
    roles.create_or_update_approle("trainer", token_policies=["reads-train"], token_ttl="10m", secret_id_num_uses=2, secret_id_ttl="5m", mount_point=approle)
    role = roles.read_role("trainer", mount_point=approle)["data"]
    assert role["token_policies"] == ["reads-train"] and role["token_ttl"] == 600 and role["secret_id_ttl"] == 300 and role["secret_id_bound_cidrs"] is None
    assert roles.list_roles(mount_point=approle)["data"]["keys"] == ["trainer"]
    role_id = roles.read_role_id("trainer", mount_point=approle)["data"]["role_id"]
    made = roles.generate_secret_id("trainer", metadata={"run": "7"}, cidr_list=["127.0.0.0/8"], mount_point=approle)["data"]

    machine = hvac.Client(url=ADDR)
    auth = machine.auth.approle.login(role_id, made["secret_id"], mount_point=approle)["auth"]
    assert auth["metadata"] == {"role_name": "trainer", "run": "7"} and auth["lease_duration"] == 600
    assert machine.secrets.kv.v2.read_secret_version("train/db", raise_on_deleted_version=True)["data"]["data"] == {"password": "canary"}
    with pytest.raises(hvac.exceptions.Forbidden):
        machine.secrets.kv.v2.create_or_update_secret("train/db", {"password": "x"})
    assert machine.auth.token.renew_self()["auth"]["lease_duration"] == 600

    assert roles.read_secret_id("trainer", made["secret_id"], mount_point=approle)["data"]["secret_id_num_uses"] == 1
    accessor = made["secret_id_accessor"]
    assert roles.list_secret_id_accessors("trainer", mount_point=approle)["data"]["keys"] == [accessor]
    assert roles.read_secret_id_accessor("trainer", accessor, mount_point=approle)["data"]["metadata"] == {"run": "7"}
    roles.destroy_secret_id_accessor("trainer", accessor, mount_point=approle)
    with pytest.raises(hvac.exceptions.InvalidRequest, match="invalid role or secret ID"):
        machine.auth.approle.login(role_id, made["secret_id"], mount_point=approle)


def test_a_pushed_and_a_wrapped_secret_id_log_in(root, approle):
    roles = root.auth.approle
    roles.create_or_update_approle("pushed", token_policies=["default"], mount_point=approle)
    roles.update_role_id("pushed", "the-pusher", mount_point=approle)
    roles.create_custom_secret_id("pushed", "chosen-by-the-pusher", mount_point=approle)
    assert hvac.Client(url=ADDR).auth.approle.login("the-pusher", "chosen-by-the-pusher", mount_point=approle)["auth"]["client_token"]

    wrapped = roles.generate_secret_id("pushed", mount_point=approle, wrap_ttl="60s")["wrap_info"]
    assert wrapped["creation_path"] == f"auth/{approle}/role/pushed/secret-id"
    secret_id = hvac.Client(url=ADDR, token=wrapped["token"]).sys.unwrap()["data"]["secret_id"]
    assert hvac.Client(url=ADDR).auth.approle.login("the-pusher", secret_id, mount_point=approle)["auth"]["client_token"]


def test_of_many_machines_with_one_last_use_one_gets_in(root, approle):
    roles = root.auth.approle
    roles.create_or_update_approle("once", secret_id_num_uses=1, mount_point=approle)
    role_id = roles.read_role_id("once", mount_point=approle)["data"]["role_id"]
    secret_id = roles.generate_secret_id("once", mount_point=approle)["data"]["secret_id"]

    def login(_):
        try:
            return hvac.Client(url=ADDR).auth.approle.login(role_id, secret_id, mount_point=approle)["auth"]["client_token"]
        except (hvac.exceptions.InvalidRequest, hvac.exceptions.Forbidden):
            return None

    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        assert len([token for token in pool.map(login, range(64)) if token]) == 1


def test_a_person_logs_in_by_any_spelling_of_the_name(root, userpass):
    users = root.auth.userpass
    users.create_or_update_user("ada", password="pw-canary-hvac", policies="default", mount_point=userpass)
    assert users.list_user(mount_point=userpass)["data"]["keys"] == ["ada"]
    shown = users.read_user("ada", mount_point=userpass)["data"]
    assert shown["token_policies"] == ["default"] and shown["policies"] == ["default"] and "password" not in json.dumps(shown)
    person = hvac.Client(url=ADDR)
    assert person.auth.userpass.login("Ada", "pw-canary-hvac", mount_point=userpass)["auth"]["metadata"] == {"username": "ada"}
    assert person.is_authenticated()
    users.update_password_on_user("ada", "another", mount_point=userpass)
    with pytest.raises(hvac.exceptions.InvalidRequest, match="invalid username or password"):
        hvac.Client(url=ADDR).auth.userpass.login("ada", "pw-canary-hvac", mount_point=userpass)
    users.delete_user("ada", mount_point=userpass)
    with pytest.raises(hvac.exceptions.InvalidPath):
        users.read_user("ada", mount_point=userpass)


def test_who_guesses_is_locked_out_and_let_in_by_an_operator(root, userpass):
    root.auth.userpass.create_or_update_user("eve", password="right", mount_point=userpass)
    token = hvac.Client(url=ADDR).auth.userpass.login("eve", "right", mount_point=userpass)["auth"]["client_token"]
    for spelling in ("eve", "Eve", " eve", "EVE", "eve"):
        with pytest.raises(hvac.exceptions.InvalidRequest):
            hvac.Client(url=ADDR).auth.userpass.login(spelling, "wrong", mount_point=userpass)
    for spelling in ("eve", "eVe"):
        with pytest.raises(hvac.exceptions.Forbidden, match="permission denied"):
            hvac.Client(url=ADDR).auth.userpass.login(spelling, "right", mount_point=userpass)
    assert hvac.Client(url=ADDR, token=token).is_authenticated(), "what was given before lives on"

    accessor = root.sys.list_auth_methods()["data"][f"{userpass}/"]["accessor"]
    locked = root.adapter.get("/v1/sys/locked-users", params={"mount_accessor": accessor})["data"]
    assert locked == {"by_namespace": [{"namespace_id": "root", "namespace_path": "", "counts": 1,
                                        "mount_accessors": [{"mount_accessor": accessor, "counts": 1, "alias_identifiers": ["eve"]}]}], "total": 1}
    root.adapter.post(f"/v1/sys/locked-users/{accessor}/unlock/eve")
    assert hvac.Client(url=ADDR).auth.userpass.login("eve", "right", mount_point=userpass)["auth"]["client_token"]

    lines = [json.loads(line) for line in open(os.environ["AUDIT_LOG"])]
    mine = [line for line in lines if line.get("request", {}).get("path", "").lower().startswith(f"auth/{userpass}/login/") and line["type"] == "response"]
    assert [line.get("error", "") for line in mine if "permission denied" in str(line.get("error", ""))], "the audit log tells that it was refused"
    assert "wrong" not in json.dumps(mine) and "right" not in json.dumps(mine)


def test_an_imported_hash_of_bcrypt_logs_in(root, userpass):
    # of "correct horse", by bcrypt of PyPI
    root.adapter.post(f"/v1/auth/{userpass}/users/imported", json={"password_hash": "$2a$05$JC8NoF2HHilI6wwTkcOHO.tbhAIx5uHgFk0HPBN.KZMjYYSa/kL9u"})
    for _ in range(2):
        assert hvac.Client(url=ADDR).auth.userpass.login("imported", "correct horse", mount_point=userpass)["auth"]["client_token"]
