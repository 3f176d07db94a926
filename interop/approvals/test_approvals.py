"""Control groups as hvac sees them, and every block of docs/approvals.md."""

import json
import os
import pathlib
import re
import subprocess
import threading
import uuid

import hvac
import pytest
import requests
import websockets.sync.client

ROOT = pathlib.Path(__file__).resolve().parents[2]
ADDRESS = os.environ["VAULT_ADDR"]


@pytest.fixture
def root():
    return hvac.Client(url=ADDRESS, token=os.environ["VAULT_TOKEN"])


@pytest.fixture
def people(root):
    """Logs people in who have a policy: clients by their names."""
    name = f"people-{uuid.uuid4().hex[:8]}"
    root.sys.enable_auth_method("userpass", path=name)

    def login(**policies):
        clients = {}
        for person, policy in policies.items():
            root.auth.userpass.create_or_update_user(person, "secret word", policies=policy, mount_point=name)
            clients[person] = hvac.Client(url=ADDRESS)
            clients[person].entity = clients[person].auth.userpass.login(person, "secret word", mount_point=name)["auth"]["entity_id"]
        return clients

    yield login
    root.sys.disable_auth_method(name)


@pytest.fixture
def payroll(root, people):
    """A secret that ada may read when bob, who is in the group, approves; eve is in no group."""
    name = f"payroll-{uuid.uuid4().hex[:8]}"
    root.secrets.kv.v2.create_or_update_secret(name, secret={"total": f"canary-{name}"})
    root.sys.create_or_update_policy(name, f"""
        path "secret/data/{name}" {{
          capabilities = ["read", "update"]
          control_group = {{ ttl = "1h" factor "finance" {{ identity {{ group_names = ["{name}"] approvals = 1 }} }} }}
        }}""")
    root.sys.create_or_update_policy("approver", """
        path "sys/control-group/*" { capabilities = ["update", "subscribe"] subscribe_event_types = ["control-group/*"] }
        path "sys/events/subscribe/*" { capabilities = ["read"] }""")
    clients = people(ada=name, bob="approver", eve="approver")
    root.secrets.identity.create_or_update_group_by_name(name, group_type="internal", member_entity_ids=[clients["bob"].entity])
    return name, clients


def test_a_secret_is_read_when_somebody_else_approves(payroll):
    name, who = payroll
    asked = who["ada"].secrets.kv.v2.read_secret_version(name, raise_on_deleted_version=True)
    assert asked["data"] is None and asked["wrap_info"]["ttl"] == 3600 and asked["wrap_info"]["creation_path"] == f"secret/data/{name}"
    wrapping, accessor = asked["wrap_info"]["token"], asked["wrap_info"]["accessor"]
    with pytest.raises(hvac.exceptions.InvalidRequest, match="Request needs further approval"):
        who["ada"].sys.unwrap(wrapping)
    with pytest.raises(hvac.exceptions.Forbidden, match="not for your groups"):
        who["eve"].write("sys/control-group/authorize", accessor=accessor)
    told = who["bob"].write("sys/control-group/request", accessor=accessor)["data"]
    assert told["approved"] is False and told["request_path"] == f"secret/data/{name}" and told["request_entity"]["id"] == who["ada"].entity and told["authorizations"] == []
    assert who["bob"].write("sys/control-group/authorize", accessor=accessor)["data"] == {"approved": True}
    told = who["bob"].write("sys/control-group/request", accessor=accessor)["data"]
    assert told["approved"] is True and told["authorizations"][0]["entity_id"] == who["bob"].entity
    with pytest.raises(hvac.exceptions.Forbidden):
        who["eve"].sys.unwrap(wrapping)
    assert who["ada"].sys.unwrap(wrapping)["data"]["data"] == {"total": f"canary-{name}"}
    with pytest.raises(hvac.exceptions.InvalidRequest, match="wrapping token is not valid or does not exist"):
        who["ada"].sys.unwrap(wrapping)
    log = open(os.environ["AUDIT_LOG"]).read()
    of_path = [line for line in map(json.loads, log.splitlines()) if line.get("request", {}).get("path") == f"secret/data/{name}" and line["request"]["operation"] == "read"]
    results = [line["auth"]["policy_results"].get("control_group") for line in of_path]
    assert [each["approved"] for each in results] == [False, False, False, False, True, True] or [each["approved"] for each in results if each][-1] is True
    assert results[-1]["authorizations"][0]["entity_id"] == who["bob"].entity
    assert f"canary-{name}" not in log


def test_a_write_happens_when_it_is_approved_and_approvers_do_not_see_the_secret(root, payroll):
    name, who = payroll
    asked = who["ada"].write(f"secret/data/{name}", data={"total": "changed"})
    assert root.secrets.kv.v2.read_secret_version(name, raise_on_deleted_version=True)["data"]["data"] == {"total": f"canary-{name}"}
    told = who["bob"].write("sys/control-group/request", accessor=asked["wrap_info"]["accessor"])["data"]
    assert told["request_operation"] == "update" and told["request_data"]["data"] == {"total": "***"}
    who["bob"].write("sys/control-group/authorize", accessor=asked["wrap_info"]["accessor"])
    assert who["ada"].sys.unwrap(asked["wrap_info"]["token"])["data"]["version"] == 2
    assert root.secrets.kv.v2.read_secret_version(name, raise_on_deleted_version=True)["data"]["data"] == {"total": "changed"}


def test_who_may_look_at_requests_hears_of_them(payroll):
    name, who = payroll
    url = ADDRESS.replace("http", "ws") + "/v1/sys/events/subscribe/control-group/*?json=true"
    with websockets.sync.client.connect(url, additional_headers={"X-Vault-Token": who["bob"].token}) as events:
        answer = requests.get(f"{ADDRESS}/v1/secret/data/{name}", headers={"X-Vault-Token": who["ada"].token, "X-Watchword-Reason": "quarter's end"}, timeout=10).json()
        told = json.loads(events.recv(timeout=10))["data"]
        assert told["event_type"] == "control-group/requested"
        metadata = told["event"]["metadata"]
        assert metadata["request_path"] == f"secret/data/{name}" and metadata["reason"] == "quarter's end" and metadata["accessor"] == answer["wrap_info"]["accessor"]
        who["bob"].write("sys/control-group/authorize", accessor=metadata["accessor"])
        assert json.loads(events.recv(timeout=10))["data"]["event_type"] == "control-group/authorized"


def test_of_many_that_unwrap_at_once_one_gets_it(payroll):
    name, who = payroll
    asked = who["ada"].read(f"secret/data/{name}")["wrap_info"]
    who["bob"].write("sys/control-group/authorize", accessor=asked["accessor"])
    statuses = []

    def unwrap():
        statuses.append(requests.post(f"{ADDRESS}/v1/sys/wrapping/unwrap", json={"token": asked["token"]}, headers={"X-Vault-Token": who["ada"].token}, timeout=30).status_code)

    threads = [threading.Thread(target=unwrap) for _ in range(32)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(statuses) == [200] + [400] * 31


def test_every_block_of_the_manual_runs(tmp_path):
    text = (ROOT / "docs/approvals.md").read_text()
    for name, body in re.findall(r"```hcl file=(\S+)\n(.*?)```", text, re.S):
        (tmp_path / name).write_text(body)
    blocks = re.findall(r"```sh tour\n(.*?)```", text, re.S)
    assert len(blocks) >= 3
    env = {**os.environ, "PATH": os.path.dirname(os.environ["WATCHWORD"]) + ":" + os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(["sh", "-c", "set -e\n" + "\n".join(blocks)], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    for shown in re.findall(r"```text shows\n(.*?)```", text, re.S):
        for line in shown.strip().splitlines():
            assert line.strip() in done.stdout + done.stderr, f"{line!r} is not in\n{done.stdout}{done.stderr}"
    assert done.stdout.count("canary") >= 2
