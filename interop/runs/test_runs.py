import os
import re
import subprocess
import uuid

import hvac
import pytest
from provider import Provider

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.fixture
def root():
    return hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])


@pytest.fixture
def provider():
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture
def job(root, provider):
    """Logs a try of a task in."""
    path = f"jwt-{uuid.uuid4().hex[:8]}"
    root.sys.enable_auth_method("jwt", path=path)
    root.auth.jwt.configure(oidc_discovery_url=provider.url, bound_issuer=provider.url, path=path)
    root.write(f"auth/{path}/role/task", role_type="jwt", user_claim="sub", bound_audiences="watchword", token_ttl="20m", run_claims=["dag_id", "try"])

    def login(dag, attempt):
        client = hvac.Client(url=os.environ["VAULT_ADDR"])
        client.auth.jwt.jwt_login("task", provider.sign({"aud": "watchword", "sub": "airflow", "dag_id": dag, "try": attempt}), path=path)
        return client

    yield login
    root.sys.disable_auth_method(path)


def test_a_run_is_known_by_its_logins_and_ends_with_the_one_that_says_so(root, job):
    dag = uuid.uuid4().hex
    first, second, other = job(dag, 1), job(dag, 1), job(dag, 2)
    assert first.lookup_token()["data"]["run"] == f"{dag}/1"
    assert "run" not in root.lookup_token()["data"]
    assert root.list(f"sys/runs/{dag}")["data"]["keys"] == ["1", "2"]
    told = root.read(f"sys/runs/{dag}/1")["data"]
    assert len(told["accessors"]) == 2 and told["end_time"] is None and told["entity_id"]
    first.auth.token.revoke_self()
    assert not first.is_authenticated() and not second.is_authenticated() and other.is_authenticated()
    with pytest.raises(hvac.exceptions.Forbidden, match="has ended"):
        job(dag, 1)
    assert root.read(f"sys/runs/{dag}/1")["data"]["end_time"]
    root.delete(f"sys/runs/{dag}/2")
    assert not other.is_authenticated()


def test_the_audit_log_names_the_run(job):
    dag = uuid.uuid4().hex
    job(dag, 1).lookup_token()
    assert f'"run":"{dag}/1"' in open(os.environ["AUDIT_LOG"]).read()


def test_a_lease_count_quota_keeps_logins_in_bounds(root, job):
    dag = uuid.uuid4().hex
    job(dag, 1)
    path = root.read(f"sys/runs/{dag}/1")["data"]["auth_path"]
    root.write_data("sys/quotas/lease-count/jobs", data={"path": path, "max_leases": 2})
    try:
        job(dag, 2)
        with pytest.raises(hvac.exceptions.VaultError, match="lease count quota exceeded"):
            job(dag, 3)
        assert root.read("sys/quotas/lease-count/jobs")["data"]["counter"] == 2
        root.delete(f"sys/runs/{dag}/1")
        assert root.read("sys/quotas/lease-count/jobs")["data"]["counter"] == 1
        job(dag, 3)
    finally:
        root.delete("sys/quotas/lease-count/jobs")


def test_every_block_of_the_manual_runs(provider):
    text = open(os.path.join(ROOT, "docs", "runs.md")).read()
    blocks = re.findall(r"```sh tour\n(.*?)```", text, re.S)
    assert len(blocks) == 4
    jwt = provider.sign({"aud": "watchword", "sub": "airflow", "dag_id": "train", "task_id": "fit", "run_id": "2026-11-28", "try_number": 1})
    done = subprocess.run(["sh", "-c", "set -e\n" + "\n".join(blocks)], env={**os.environ, "ISSUER": provider.url, "JWT": jwt}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    for shown in re.findall(r"```text shows\n(.*?)```", text, re.S):
        for line in shown.strip().splitlines():
            assert line in done.stdout, f"{line!r} is not in\n{done.stdout}{done.stderr}"
