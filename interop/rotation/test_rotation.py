"""Secrets that are rotated by the server, with clients of another make."""
import json
import os
import re
import subprocess
import time

import hvac
import pytest
from websockets.sync.client import connect

ADDRESS = os.environ["VAULT_ADDR"]
WATCHWORD = os.environ["WATCHWORD"]
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.fixture
def root():
    return hvac.Client(url=ADDRESS, token=os.environ["VAULT_TOKEN"])


def read(client, path, **more):
    return client.secrets.kv.v2.read_secret_version(path, mount_point="secret", raise_on_deleted_version=True, **more)["data"]


def within(seconds, found):
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.1)


def test_a_secret_is_rotated_by_its_period_and_the_old_one_is_read_on(root):
    root.secrets.kv.v2.create_or_update_secret("rotated/period", secret={"user": "ada", "password": "first"}, mount_point="secret")
    root.write("secret/rotation/rotated/period", rotation_period="10s")
    with connect(f"{ADDRESS.replace('http', 'ws', 1)}/v1/sys/events/subscribe/rotation/*?json=true", additional_headers={"X-Vault-Token": root.token}) as events:
        within(30, lambda: read(root, "rotated/period")["metadata"]["version"] == 2)
        event = json.loads(events.recv(timeout=20))["data"]
    now = read(root, "rotated/period")
    assert now["data"]["user"] == "ada"
    assert re.fullmatch("[A-Za-z0-9]{32}", now["data"]["password"])
    assert read(root, "rotated/period", version=1)["data"]["password"] == "first"
    assert event["event_type"] == "rotation/succeeded"
    assert event["event"]["metadata"]["path"] == "secret/data/rotated/period"
    assert now["data"]["password"] not in json.dumps(event)
    root.write("secret/rotation/rotated/period", rotation_period="0")
    lines = [json.loads(line) for line in open(os.environ["AUDIT_LOG"]) if '"path":"sys/rotations/secret/data/rotated/period/rotate"' in line]
    assert [line["type"] for line in lines[:2]] == ["request", "response"]
    assert lines[0]["request"]["data"]["attempt"] == 1
    assert "client_token" not in lines[0]["auth"]


def test_a_reader_of_the_secret_may_not_rotate_it_nor_look_at_rotations(root):
    root.secrets.kv.v2.create_or_update_secret("rotated/mine", secret={"password": "first"}, mount_point="secret")
    root.write("secret/rotation/rotated/mine", field="password")
    root.sys.create_or_update_policy("reader", 'path "secret/data/rotated/*" { capabilities = ["read", "update"] }')
    reader = hvac.Client(url=ADDRESS, token=root.auth.token.create(policies=["reader"], ttl="10m")["auth"]["client_token"])
    for path in ("secret/rotation/rotated/mine", "sys/rotations/secret/data/rotated/mine/rotate", "sys/rotations/secret/data/rotated/mine/pause"):
        with pytest.raises(hvac.exceptions.Forbidden):
            reader.write(path)
    with pytest.raises(hvac.exceptions.Forbidden):
        reader.read("sys/rotations/secret/data/rotated/mine")
    assert read(reader, "rotated/mine")["data"]["password"] == "first"


def test_metrics_tell_of_rotations(root):
    root.secrets.kv.v2.create_or_update_secret("rotated/counted", secret={}, mount_point="secret")
    root.write("secret/rotation/rotated/counted", field="key")
    answer = root.write("sys/rotations/secret/data/rotated/counted/rotate")
    assert answer["data"]["dry_run"] is False
    text = root.adapter.get("/v1/sys/metrics", params={"format": "prometheus"}).text
    assert re.search(r'vault_rotation_success\S*\{mount_type="kv"\} [1-9]', text), text
    assert re.search(r"vault_rotation_overdue\S* 0", text)


def test_every_block_of_the_manual_runs(tmp_path):
    text = open(os.path.join(ROOT, "docs", "rotation.md")).read()
    blocks = re.findall(r"```sh tour\n(.*?)```", text, re.S)
    assert len(blocks) >= 2
    env = {**os.environ, "PATH": os.path.dirname(WATCHWORD) + ":" + os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(["sh", "-c", "set -e\n" + "\n".join(blocks)], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    for shown in re.findall(r"```text shows\n(.*?)```", text, re.S):
        for line in shown.strip().splitlines():
            assert line.strip() in done.stdout + done.stderr, f"{line!r} is not in\n{done.stdout}{done.stderr}"
