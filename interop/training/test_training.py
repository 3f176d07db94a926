import hashlib
import hmac
import io
import json
import os
import pathlib
import secrets
import subprocess
import sys

import hvac
import numpy
import pytest
from sklearn.datasets import load_iris

HERE = pathlib.Path(__file__).parent


@pytest.fixture(scope="module")
def root():
    return hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])


@pytest.fixture(scope="module")
def dataset(root, tmp_path_factory):
    """The iris data, sealed with a key that only the server knows afterwards."""
    key = secrets.token_hex(16)
    x, y = load_iris(return_X_y=True)
    raw = io.BytesIO()
    numpy.savez(raw, x=x, y=y)
    nonce = secrets.token_bytes(16)
    body = bytes(a ^ b for a, b in zip(raw.getvalue(), hashlib.shake_256(key.encode() + nonce).digest(len(raw.getvalue()))))
    file = tmp_path_factory.mktemp("data") / "iris.sealed"
    file.write_bytes(hmac.new(key.encode(), nonce + body, hashlib.sha256).digest() + nonce + body)
    root.secrets.kv.v2.create_or_update_secret("datasets/iris", secret={"key": key}, mount_point="secret")
    root.sys.create_or_update_policy("trains-iris", 'path "secret/data/datasets/iris" { capabilities = ["read"] }')
    return file, key


@pytest.fixture
def trainer(root):
    """The job's own token: it may read this one secret."""
    return root.auth.token.create(policies=["trains-iris"], ttl="10m", display_name="trainer")["auth"]


def run(trainer, *words):
    environment = {**os.environ, "VAULT_TOKEN": trainer["client_token"]}
    return subprocess.run([os.environ["WATCHWORD"], "run", *words], env=environment, capture_output=True, text=True)


def test_the_script_trains_and_neither_key_nor_token_shows(trainer, dataset):
    file, key = dataset
    done = run(trainer, "-env", "DATASET_KEY=secret/datasets/iris#key", "--", sys.executable, str(HERE / "train.py"), str(file))
    assert done.returncode == 0, done.stderr
    assert "rows 150 accuracy 0.9" in done.stdout and "token visible: False" in done.stdout
    assert "a careless line with the key: ***" in done.stdout and key not in done.stdout + done.stderr


def test_the_audit_log_proves_who_read_what(root, trainer, dataset):
    file, key = dataset
    run(trainer, "-env", "DATASET_KEY=secret/datasets/iris#key", "--", "true")
    lines = [json.loads(line) for line in open(os.environ["AUDIT_LOG"])]
    accessor = root.sys.calculate_hash(path="file", input_to_hash=trainer["accessor"])["data"]["hash"]
    mine = [(line["type"], line["request"]["path"]) for line in lines if line.get("auth", {}).get("accessor") == accessor and line["type"] == "response"]
    assert ("response", "secret/data/datasets/iris") in mine
    assert all(path in ("secret/data/datasets/iris", "sys/internal/ui/mounts/secret/datasets/iris") for _, path in mine)
    assert key not in open(os.environ["AUDIT_LOG"]).read()


def test_the_audit_log_is_whole(root):
    checked = subprocess.run([os.environ["WATCHWORD"], "audit", "verify", os.environ["AUDIT_LOG"]], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_exit_status_is_the_childs(trainer, dataset):
    assert run(trainer, "-env", "K=secret/datasets/iris#key", "--", "sh", "-c", "exit 7").returncode == 7


def test_what_it_may_not_read_is_named_and_nothing_starts(trainer, dataset, tmp_path):
    mark = tmp_path / "started"
    refused = run(trainer, "-env", "K=secret/datasets/other#key", "--", "touch", str(mark))
    assert refused.returncode == 2 and "K:" in refused.stderr and not mark.exists()
