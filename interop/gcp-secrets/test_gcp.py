"""The gcp secrets engine as hvac asks it, over HTTP on both sides."""

import base64
import json
import os

import hvac
import pytest
from pretended_google import APP, CLOUD, ROOT, Google


@pytest.fixture
def google():
    google = Google()
    yield google
    google.server.shutdown()


@pytest.fixture
def vault(google):
    client = hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])
    client.sys.enable_secrets_engine("gcp")
    _, file = google.credentials(ROOT)
    client.secrets.gcp.configure(credentials=json.dumps(file), ttl="10m", max_ttl="1h")
    client.write_data("gcp/config", data={"custom_endpoint": {service: google.address for service in ("iam", "iamcredentials", "sts")}})
    yield client
    client.sys.disable_secrets_engine("gcp")


def test_the_mounts_own_key_is_rotated_and_never_shown(google, vault):
    before = set(google.accounts[ROOT])
    new = vault.write_data("gcp/config/rotate-root")["data"]["private_key_id"]
    assert set(google.accounts[ROOT]) == {new} and new not in before
    assert "PRIVATE" not in json.dumps(vault.secrets.gcp.read_config())


def test_a_static_account_gives_tokens_by_a_key_that_is_rotated(google, vault):
    vault.secrets.gcp.create_or_update_static_account("app", APP, token_scopes=[CLOUD])
    key = set(google.accounts[APP])
    assert len(key) == 1
    token = vault.secrets.gcp.generate_static_account_oauth2_access_token("app")["data"]["token"]
    assert google.tokens[token] == {"email": APP, "scopes": [CLOUD], "rules": None}
    vault.secrets.gcp.rotate_static_account_key("app")
    assert len(google.accounts[APP]) == 1 and set(google.accounts[APP]) != key
    assert vault.secrets.gcp.list_static_accounts()["data"]["keys"] == ["app"]
    vault.secrets.gcp.delete_static_account("app")
    assert google.accounts[APP] == {}


def test_a_key_is_there_until_its_lease_ends(google, vault):
    vault.secrets.gcp.create_or_update_static_account("app", APP, secret_type="service_account_key")
    issued = vault.secrets.gcp.generate_static_account_service_account_key("app")
    file = json.loads(base64.b64decode(issued["data"]["private_key_data"]))
    assert file["client_email"] == APP and set(google.accounts[APP]) == {file["private_key_id"]}
    assert issued["lease_duration"] == 600
    vault.write_data("sys/leases/revoke", data={"lease_id": issued["lease_id"], "sync": True})
    assert google.accounts[APP] == {}


def test_an_account_that_is_acted_for_gives_tokens_for_a_prefix_alone(google, vault):
    vault.secrets.gcp.create_or_update_impersonated_account("job", APP, token_scopes=[CLOUD], ttl="30m")
    wide = vault.secrets.gcp.generate_impersonated_account_oauth2_access_token("job")["data"]
    assert google.tokens[wide["token"]]["rules"] is None and 1790 < wide["token_ttl"] <= 1800
    vault.write_data("gcp/impersonated-account/job", data={"access_boundary": [{"bucket": "data", "prefixes": ["jobs/1/"], "roles": ["roles/storage.objectViewer"]}]})
    narrow = vault.secrets.gcp.generate_impersonated_account_oauth2_access_token("job")["data"]["token"]
    assert google.tokens[narrow]["rules"] == [{
        "availableResource": "//storage.googleapis.com/projects/_/buckets/data",
        "availablePermissions": ["inRole:roles/storage.objectViewer"],
        "availabilityCondition": {"expression": "resource.name.startsWith('projects/_/buckets/data/objects/jobs/1/') || api.getAttribute('storage.googleapis.com/objectListPrefix', '').startsWith('jobs/1/')"},
    }]
