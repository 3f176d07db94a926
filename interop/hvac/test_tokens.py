import time

import hvac
import pytest


def test_a_token_is_made_looked_up_renewed_and_revoked(root, as_token):
    made = root.auth.token.create(policies=["default"], ttl="1h", meta={"run": "7"}, display_name="job")["auth"]
    child = as_token(made["client_token"])
    assert child.is_authenticated()
    facts = child.lookup_token()["data"]
    assert facts["type"] == "service" and facts["display_name"] == "token-job" and facts["meta"] == {"run": "7"} and 3590 < facts["ttl"] <= 3600
    assert child.auth.token.renew_self(increment="30m")["auth"]["lease_duration"] == 1800
    root.auth.token.revoke_accessor(made["accessor"])
    assert not child.is_authenticated()


def test_a_revoked_token_takes_its_children_along(root, as_token):
    root.sys.create_or_update_policy("makes-tokens", 'path "auth/token/create" { capabilities = ["update"] }')
    parent = root.auth.token.create(policies=["makes-tokens"], ttl="1h")["auth"]["client_token"]
    child = as_token(parent).auth.token.create(policies=["default"], ttl="1h")["auth"]["client_token"]
    assert as_token(child).is_authenticated()
    root.auth.token.revoke(parent)
    assert not as_token(child).is_authenticated()


def test_a_child_gets_no_policy_that_its_parent_lacks(root, as_token):
    root.sys.create_or_update_policy("makes-tokens", 'path "auth/token/create" { capabilities = ["update"] }')
    parent = as_token(root.auth.token.create(policies=["makes-tokens"], ttl="1h")["auth"]["client_token"])
    for wanted in (["root"], [" ROOT"], ["root\t"], ["other"]):
        with pytest.raises(hvac.exceptions.InvalidRequest):
            parent.auth.token.create(policies=wanted)


def test_a_limited_token_ends_with_its_last_use(root, as_token):
    token = as_token(root.auth.token.create(policies=["default"], num_uses=2)["auth"]["client_token"])
    token.lookup_token()
    token.lookup_token()
    with pytest.raises(hvac.exceptions.Forbidden):
        token.lookup_token()


def test_a_batch_token_works_and_ends(root, as_token):
    made = root.auth.token.create(policies=["default"], type="batch", ttl="2s")["auth"]
    batch = as_token(made["client_token"])
    assert batch.lookup_token()["data"]["type"] == "batch"
    deadline = time.time() + 10
    while batch.is_authenticated() and time.time() < deadline:
        time.sleep(0.2)
    assert not batch.is_authenticated()


def test_a_token_ends_at_its_time(root, as_token):
    token = as_token(root.auth.token.create(policies=["default"], ttl="1s")["auth"]["client_token"])
    deadline = time.time() + 10
    while token.is_authenticated() and time.time() < deadline:
        time.sleep(0.2)
    assert not token.is_authenticated()


def test_a_role_gives_what_it_lists(root):
    root.auth.token.create_or_update_role("train", allowed_policies=["default"], orphan=True, renewable=False)
    made = root.write("auth/token/create/train")["auth"]
    assert made["orphan"] and made["policies"] == ["default"]
    assert root.auth.token.list_roles()["data"]["keys"] == ["train"]


def test_wrapping_opens_once(root, as_token):
    wrapped = root.sys.wrap(payload={"k": "canary-wrapped"}, ttl=60)
    token = wrapped["wrap_info"]["token"]
    assert as_token(token).sys.unwrap()["data"] == {"k": "canary-wrapped"}
    with pytest.raises(hvac.exceptions.VaultError):
        root.sys.unwrap(token=token)


def test_a_read_can_be_wrapped(root):
    root.secrets.kv.v2.create_or_update_secret("wrapme", secret={"k": "v"}, mount_point="secret")
    response = root.read("secret/data/wrapme", wrap_ttl="60s")
    assert response["data"] is None
    assert root.sys.unwrap(token=response["wrap_info"]["token"])["data"]["data"] == {"k": "v"}


@pytest.mark.parametrize("mangle", [lambda t: t[:-1], lambda t: t + "A", lambda t: t[:8] + ("x" if t[8] != "x" else "y") + t[9:], lambda t: t.lower(), lambda t: t.upper()])
def test_a_token_that_is_nearly_right_is_wrong(root, as_token, mangle):
    token = root.auth.token.create(policies=["default"], ttl="1h")["auth"]["client_token"]
    with pytest.raises(hvac.exceptions.Forbidden):
        as_token(mangle(token)).lookup_token()
