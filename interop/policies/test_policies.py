"""A job has a wide policy; the audit log says what it used; the policy that advise proposes lets the same job run, and nothing else."""
import json
import os
import re
import subprocess

import hvac
import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WATCHWORD = os.environ["WATCHWORD"]
WIDE = """path "team/*" { capabilities = ["create", "read", "update", "delete", "list"] }
path "team/data/prod" { capabilities = ["deny"] }
path "team/data/owned/*" {
  capabilities = ["create", "update", "read"]
  required_parameters = ["options"]
}
path "sys/policies/explain" { capabilities = ["update"] }
path "sys/audit" { capabilities = ["read", "sudo"] }
"""


def watchword(*words, token=None, status=0):
    done = subprocess.run([WATCHWORD, *words], capture_output=True, text=True, env={**os.environ, "VAULT_TOKEN": token or os.environ["VAULT_TOKEN"]})
    assert done.returncode == status, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def root():
    client = hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])
    client.sys.enable_secrets_engine("kv", path="team", options={"version": "2"})
    client.sys.create_or_update_policy("job", WIDE)
    for n in range(12):
        client.secrets.kv.v2.create_or_update_secret(f"shards/s{n}", secret={"n": n}, mount_point="team")
    client.secrets.kv.v2.create_or_update_secret("prod", secret={"k": "v"}, mount_point="team")
    return client


def job(client):
    """What the job does."""
    kv = client.secrets.kv.v2
    for n in range(12):
        kv.read_secret_version(f"shards/s{n}", mount_point="team", raise_on_deleted_version=True)
    kv.list_secrets("shards", mount_point="team")
    kv.create_or_update_secret("runs/last", secret={"at": "now"}, mount_point="team")
    kv.create_or_update_secret("runs/last", secret={"at": "later"}, mount_point="team")
    kv.create_or_update_secret("owned/x", secret={"k": "v"}, cas=0, mount_point="team")
    client.sys.list_enabled_audit_devices()


def forget(root):
    """So that the job makes anew what it made."""
    for name in ("runs/last", "owned/x"):
        root.secrets.kv.v2.delete_metadata_and_all_versions(name, mount_point="team")


def token(root, policy, name):
    made = root.auth.token.create(policies=[policy], ttl="10m", display_name=name)
    return made["auth"]["client_token"]


def test_the_proposed_policy_lets_the_same_job_run_and_nothing_else(root, tmp_path):
    used = token(root, "job", "narrowed")
    job(hvac.Client(url=os.environ["VAULT_ADDR"], token=used))
    (tmp_path / "job.hcl").write_text(watchword("policy", "read", "job").stdout)

    advised = watchword("policy", "advise", "-display-name=token-narrowed", f"-present={tmp_path}/job.hcl", os.environ["AUDIT_LOG"])

    assert "none would be refused" in advised.stderr
    assert "never used: job line 1, team/*: delete" in advised.stderr, advised.stderr
    assert "# 12 siblings were used in the same way" in advised.stdout and 'path "team/data/shards/+"' in advised.stdout
    proposed = advised.stdout
    assert 'path "sys/audit" {\n  capabilities = ["read", "sudo"]' in proposed
    assert 'required_parameters = ["options"]' in proposed
    root.sys.create_or_update_policy("narrow", proposed)
    forget(root)
    narrow = hvac.Client(url=os.environ["VAULT_ADDR"], token=token(root, "narrow", "narrow"))
    job(narrow)
    for refused in (
        lambda: narrow.secrets.kv.v2.delete_latest_version_of_secret("shards/s1", mount_point="team"),
        lambda: narrow.secrets.kv.v2.create_or_update_secret("shards/s1", secret={}, mount_point="team"),
        lambda: narrow.secrets.kv.v2.create_or_update_secret("owned/x", secret={"k": "v"}, mount_point="team"),
        lambda: narrow.secrets.kv.v2.read_secret_version("prod", mount_point="team", raise_on_deleted_version=True),
        lambda: narrow.secrets.kv.v2.list_secrets("runs", mount_point="team"),
    ):
        with pytest.raises((hvac.exceptions.Forbidden, hvac.exceptions.InvalidRequest)):
            refused()

    # A pattern stands for its siblings, others among them; with -siblings=0 there is none.
    exact = watchword("policy", "advise", "-display-name=token-narrowed", "-siblings=0", os.environ["AUDIT_LOG"]).stdout
    root.sys.create_or_update_policy("exact", exact)
    root.secrets.kv.v2.create_or_update_secret("shards/s99", secret={}, mount_point="team")
    exactly = hvac.Client(url=os.environ["VAULT_ADDR"], token=token(root, "exact", "exact"))
    forget(root)
    job(exactly)
    with pytest.raises(hvac.exceptions.Forbidden):
        exactly.secrets.kv.v2.read_secret_version("shards/s99", mount_point="team", raise_on_deleted_version=True)

    document = json.loads(watchword("policy", "advise", "-display-name=token-narrowed", "-format=json", os.environ["AUDIT_LOG"]).stdout)
    assert document["suffices"] and document["replay"]["refused"] == 0
    shards = [rule for rule in document["rules"] if rule["path"] == "team/data/shards/+"]
    assert shards and shards[0]["requests"] == 12 and shards[0]["capabilities"] == ["read"]
    diff = watchword("policy", "advise", "-display-name=token-narrowed", "-format=diff", f"-present={tmp_path}/job.hcl", os.environ["AUDIT_LOG"]).stdout
    assert '-path "team/*" {' in diff and '+path "team/data/runs/last" {' in diff


def test_a_refusal_is_explained_and_the_rule_it_tells_is_enough(root):
    held = token(root, "job", "asking")
    told = watchword("policy", "explain", "team/data/prod", "read", token=held).stdout
    assert told.startswith("DENIED   read team/data/prod") and "rule     team/data/prod (job line 2)" in told
    assert 'not by   job line 1 team/*: an exact path decides before any pattern' in told
    told = json.loads(watchword("policy", "explain", "-format=json", "team/data/owned/y", "create", token=held).stdout)["data"]
    assert told["refusals"][0]["text"] == "the parameter options is required"
    assert watchword("policy", "explain", "-policy=default", "team/data/prod", "read", token=held).stdout.startswith("DENIED")
    other = root.auth.token.create(policies=["default"])["auth"]
    assert "permission denied" in watchword("policy", "explain", f"-accessor={other['accessor']}", "x", "read", token=held, status=2).stderr
    assert watchword("policy", "explain", f"-accessor={other['accessor']}", "auth/token/lookup-self", "read").stdout.startswith("ALLOWED")


def test_every_block_of_the_manual_runs(tmp_path):
    text = open(os.path.join(ROOT, "docs", "policies.md")).read()
    for name, body in re.findall(r"```hcl file=(\S+)\n(.*?)```", text, re.S):
        (tmp_path / name).write_text(body)
    blocks = re.findall(r"```sh tour\n(.*?)```", text, re.S)
    assert len(blocks) >= 4
    env = {**os.environ, "PATH": os.path.dirname(WATCHWORD) + ":" + os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(["sh", "-c", "set -e\n" + "\n".join(blocks)], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    for shown in re.findall(r"```text shows\n(.*?)```", text, re.S):
        for line in shown.strip().splitlines():
            assert line.strip() in done.stdout + done.stderr, f"{line!r} is not in\n{done.stdout}{done.stderr}"
