"""Events over a WebSocket, with a client of another make."""
import json
import os

import hvac
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

ADDRESS = os.environ["VAULT_ADDR"]


@pytest.fixture
def root():
    return hvac.Client(url=ADDRESS, token=os.environ["VAULT_TOKEN"])


def subscribe(token, types, **more):
    query = "&".join(f"{name}={value}" for name, value in {"json": "true", **more}.items())
    return connect(f"{ADDRESS.replace('http', 'ws', 1)}/v1/sys/events/subscribe/{types}?{query}", additional_headers={"X-Vault-Token": token})


def put(client, path):
    client.secrets.kv.v2.create_or_update_secret(path, secret={"k": "canary"}, mount_point="secret")


def listener(root, rules):
    root.sys.create_or_update_policy("listener", rules)
    return root.auth.token.create(policies=["listener"], ttl="10m")["auth"]["client_token"]


def test_a_write_is_heard(root):
    with subscribe(root.token, "kv*") as events:
        put(root, "heard/one")
        message = events.recv(timeout=20)
    event = json.loads(message)
    assert "canary" not in message
    assert event["data"]["event_type"] == "kv-v2/data-write"
    assert event["data"]["event"]["metadata"]["path"] == "secret/data/heard/one"
    assert event["data"]["event"]["metadata"]["modified"] == "true"
    assert event["data"]["plugin_info"]["mount_path"] == "secret/"


def test_an_operator_that_watches_one_secret_hears_of_no_other(root):
    token = listener(root, """
        path "sys/events/subscribe/kv*" { capabilities = ["read"] }
        path "secret/data/watched" { capabilities = ["read", "subscribe"]  subscribe_event_types = ["kv-v2/data-write"] }
    """)
    with subscribe(token, "kv*") as events:
        put(root, "other")
        put(root, "watched")
        assert json.loads(events.recv(timeout=20))["data"]["event"]["metadata"]["path"] == "secret/data/watched"


def test_a_revoked_token_hears_nothing_more(root):
    token = listener(root, 'path "sys/events/subscribe/*" { capabilities = ["read"] }')
    with subscribe(token, "*") as events:
        root.auth.token.revoke(token)
        with pytest.raises(ConnectionClosed) as closed:
            events.recv(timeout=20)
    assert "token has ended" in str(closed.value)


@pytest.mark.parametrize("token, status", [("nobody", 403), ("", 403)])
def test_who_may_not_is_refused_at_the_door(token, status):
    with pytest.raises(InvalidStatus) as refused:
        subscribe(token, "kv*").close()
    assert refused.value.response.status_code == status


def test_a_subscription_is_in_the_audit_log(root):
    with subscribe(root.token, "audited*"):
        pass
    lines = [json.loads(line) for line in open(os.environ["AUDIT_LOG"]) if '"path":"sys/events/subscribe/audited*"' in line]
    assert [line["type"] for line in lines] == ["request", "response"]
