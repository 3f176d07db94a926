"""Requests that bring their login along: GitLab's secrets manager asks so, and OpenBao's client (`interop/go-clients`)."""

import base64
import json
import os
import uuid

import hvac
import pytest
import requests
from provider import Provider

ADDRESS = os.environ["VAULT_ADDR"]


@pytest.fixture
def root():
    return hvac.Client(url=ADDRESS, token=os.environ["VAULT_TOKEN"])


@pytest.fixture
def provider():
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture
def name():
    return f"inline-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def secret(root, name):
    """A secret that the policy with its name may read."""
    root.secrets.kv.v2.create_or_update_secret(name, secret={"password": f"canary-{name}"})
    root.sys.create_or_update_policy(name, f'path "secret/data/{name}" {{ capabilities = ["read", "create", "update"] }}')
    return f"secret/data/{name}"


def login(path, **parameters):
    """The headers that a request carries in place of a token."""
    headers = {"X-Vault-Inline-Auth-Path": path}
    for key, value in parameters.items():
        text = json.dumps({"key": key, "value": value}).encode()
        headers[f"X-Vault-Inline-Auth-Parameter-{key}"] = base64.urlsafe_b64encode(text).rstrip(b"=").decode()
    return headers


def get(path, headers):
    return requests.get(f"{ADDRESS}/v1/{path}", headers=headers, timeout=10)


@pytest.fixture
def jobs(root, provider, name):
    root.sys.enable_auth_method("jwt", path=name)
    root.auth.jwt.configure(oidc_discovery_url=provider.url, bound_issuer=provider.url, path=name)
    root.auth.jwt.create_role("deploy", user_claim="sub", allowed_redirect_uris=[], role_type="jwt", bound_audiences=["watchword"], bound_claims={"ref": "main"}, token_policies=[name], path=name)
    yield f"auth/{name}/login"
    root.sys.disable_auth_method(name)


def job(provider, **changes):
    return provider.sign({"aud": "watchword", "sub": "repo:octo-org/octo-repo", "ref": "main"} | changes)


def test_a_job_reads_a_secret_in_one_request(root, provider, secret, jobs, name):
    before = len(root.list("auth/token/accessors")["data"]["keys"])
    answer = get(secret, login(jobs, role="deploy", jwt=job(provider)))
    assert answer.status_code == 200 and answer.json()["data"]["data"] == {"password": f"canary-{name}"}
    assert answer.json()["auth"] is None and "X-Vault-Inline-Auth-Failed" not in answer.headers
    assert len(root.list("auth/token/accessors")["data"]["keys"]) == before


def test_what_the_role_does_not_allow_is_refused_and_which_step_refused_is_told(provider, secret, jobs):
    other = get("secret/data/other", login(jobs, role="deploy", jwt=job(provider)))
    assert other.status_code == 403 and "X-Vault-Inline-Auth-Failed" not in other.headers
    branch = get(secret, login(jobs, role="deploy", jwt=job(provider, ref="feature")))
    assert branch.status_code == 400 and branch.headers["X-Vault-Inline-Auth-Failed"] == "true"
    both = get(secret, login(jobs, role="deploy", jwt=job(provider)) | {"X-Vault-Token": os.environ["VAULT_TOKEN"]})
    assert both.status_code == 400 and both.headers["X-Vault-Inline-Auth-Failed"] == "true"
    assert both.json()["errors"] == ["failed to perform inline authentication: cannot layer inline authentication with token authentication"]


@pytest.fixture
def machines(root, name):
    root.sys.enable_auth_method("approle", path=name)
    root.auth.approle.create_or_update_approle("train", token_policies=[name], secret_id_num_uses=3, mount_point=name)
    role_id = root.auth.approle.read_role_id("train", mount_point=name)["data"]["role_id"]
    secret_id = root.auth.approle.generate_secret_id("train", mount_point=name)["data"]["secret_id"]
    yield login(f"auth/{name}/login", role_id=role_id, secret_id=secret_id)
    root.sys.disable_auth_method(name)


def test_each_request_of_a_machine_spends_a_use_of_its_secret_id(secret, machines):
    for _ in range(3):
        assert get(secret, machines).status_code == 200
    used_up = get(secret, machines)
    assert used_up.status_code == 400 and used_up.headers["X-Vault-Inline-Auth-Failed"] == "true"


def test_a_write_with_a_body_goes_with_it(root, secret, machines, name):
    answer = requests.post(f"{ADDRESS}/v1/{secret}", json={"data": {"password": "changed"}}, headers=machines, timeout=10)
    assert answer.status_code == 200
    assert root.secrets.kv.v2.read_secret_version(name, raise_on_deleted_version=True)["data"]["data"] == {"password": "changed"}


def test_both_the_login_and_the_request_are_on_record_without_what_proved_it(root, provider, secret, jobs, name):
    """Number 140: headers that an operator asked for are kept, and those of the login hashed even if he asked for them in clear."""
    for header in ("X-Vault-Inline-Auth-Parameter-jwt", "X-Vault-Inline-Auth-Path", "X-Pipeline"):
        root.write(f"sys/config/auditing/request-headers/{header}", hmac=False)
    try:
        token = job(provider)
        assert get(secret, login(jobs, role="deploy", jwt=token) | {"X-Pipeline": f"pipeline-{name}"}).status_code == 200
    finally:
        for header in ("X-Vault-Inline-Auth-Parameter-jwt", "X-Vault-Inline-Auth-Path", "X-Pipeline"):
            root.delete(f"sys/config/auditing/request-headers/{header}")
    log = open(os.environ["AUDIT_LOG"]).read()
    lines = [line for line in map(json.loads, log.splitlines()) if line["request"].get("headers", {}).get("x-pipeline") == [f"pipeline-{name}"]]
    assert [(line["type"], line["request"]["path"]) for line in lines] == [("request", jobs), ("response", jobs), ("request", secret), ("response", secret)]
    issued, used = lines[1]["response"]["auth"], lines[2]["auth"]
    assert issued["client_token"] == used["client_token"] and used["policies"] == ["default", name] and issued["token_type"] == "batch"
    assert lines[0]["request"]["headers"]["x-vault-inline-auth-parameter-jwt"][0].startswith("hmac-sha256:")
    assert set(lines[2]["request"]["headers"]) == {"x-pipeline"}
    encoded = login(jobs, jwt=token)["X-Vault-Inline-Auth-Parameter-jwt"]
    assert token not in log and encoded not in log and token.rsplit(".", 1)[1] not in log and f"canary-{name}" not in log
