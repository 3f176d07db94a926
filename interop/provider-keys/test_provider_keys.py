import os
import time

import hvac
import pytest
from conftest import ADMIN

OWN = """
provider: own
about: A service of ours.
parameters: {team: Name of the team.}
create:
  method: POST
  path: /teams/{{team}}/keys
  headers: {Authorization: "Bearer {{admin_key}}"}
  body: {label: "{{name}}"}
  key: /key/secret
  id: /key/id
list:
  method: GET
  path: /teams/{{team}}/keys
  headers: {Authorization: "Bearer {{admin_key}}"}
  items: /keys
  id: /id
  name: /label
test:
  method: GET
  path: /me
  headers: {Authorization: "Bearer {{key}}"}
delete:
  method: DELETE
  path: /keys/{{id}}
  headers: {Authorization: "Bearer {{admin_key}}"}
  gone: [410]
"""
CONFIGS = {
    "openai": {"provider": "openai", "parameters": {"project": "proj_abc"}},
    "databricks": {"provider": "databricks", "parameters": {"lifetime_seconds": "864000"}},
    "own": {"definition": OWN, "parameters": {"team": "red"}},
}


@pytest.mark.parametrize("shape", CONFIGS)
def test_a_key_is_kept_replaced_and_ended(root, mount, providers, shape):
    root.write_data(f"{mount}/config/ai", data={**CONFIGS[shape], "base_url": providers.url, "admin_key": ADMIN})
    assert ADMIN not in str(root.read(f"{mount}/config/ai"))
    root.write_data(f"{mount}/keys/app", data={"config": "ai", "overlap": "0", "rotation_period": "24h"})
    first = root.read(f"{mount}/creds/app")["data"]
    assert providers.takes(shape, first["key"]) and first["version"] == 1
    root.write_data(f"{mount}/rotate-key/app", data={})
    second = root.read(f"{mount}/creds/app")["data"]
    assert second["version"] == 2 and [value for _, value in providers.keys[shape].values()] == [second["key"]]
    root.delete(f"{mount}/keys/app")
    assert not providers.keys[shape] and root.read(f"{mount}/creds/app") is None


def test_a_key_is_replaced_by_its_period_and_is_on_record(root, mount, providers):
    root.write_data(f"{mount}/config/ai", data={**CONFIGS["openai"], "base_url": providers.url, "admin_key": ADMIN})
    root.write_data(f"{mount}/keys/app", data={"config": "ai", "rotation_period": "10s"})
    first = root.read(f"{mount}/creds/app")["data"]["key"]
    deadline = time.monotonic() + 60
    while root.read(f"{mount}/creds/app")["data"]["key"] == first:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    second = root.read(f"{mount}/creds/app")["data"]["key"]
    assert providers.takes("openai", first) and providers.takes("openai", second)
    with open(os.environ["AUDIT_LOG"]) as log:
        text = log.read()
    assert f"sys/rotations/{mount}/keys/app/rotate" in text and first not in text and ADMIN not in text
    root.delete(f"{mount}/keys/app")
    assert not providers.keys["openai"]


def test_what_a_provider_refuses_is_a_502_and_the_old_key_stays(root, mount, providers):
    root.write_data(f"{mount}/config/ai", data={**CONFIGS["openai"], "base_url": providers.url, "admin_key": ADMIN})
    root.write_data(f"{mount}/keys/app", data={"config": "ai"})
    first = root.read(f"{mount}/creds/app")["data"]["key"]
    providers.fail = [429]
    with pytest.raises(hvac.exceptions.BadGateway) as refused:
        root.write_data(f"{mount}/rotate-key/app", data={})
    assert "to be asked again in 7 seconds" in str(refused.value) and "as told" not in str(refused.value)
    assert root.read(f"{mount}/creds/app")["data"]["key"] == first and providers.takes("openai", first)
    root.write_data(f"{mount}/rotate-key/app", data={})
    assert len(providers.keys["openai"]) == 2
    root.delete(f"{mount}/keys/app")


def test_a_key_of_one_s_own_ends_with_its_lease(root, mount, providers):
    root.write_data(f"{mount}/config/ai", data={**CONFIGS["openai"], "base_url": providers.url, "admin_key": ADMIN})
    root.write_data(f"{mount}/keys/mine", data={"config": "ai", "mode": "dynamic", "ttl": "10m"})
    issued = root.read(f"{mount}/creds/mine")
    assert providers.takes("openai", issued["data"]["key"]) and issued["lease_duration"] == 600
    root.sys.revoke_lease(issued["lease_id"])
    deadline = time.monotonic() + 30
    while providers.keys["openai"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_definition_that_is_wrong_is_told_with_its_line(root, mount, providers):
    with pytest.raises(hvac.exceptions.InvalidRequest) as wrong:
        root.write_data(f"{mount}/config/ai", data={"definition": OWN.replace("method: GET", "method: LOOK", 1), "base_url": providers.url, "admin_key": ADMIN, "parameters": {"team": "red"}})
    assert "line 13: list.method must be GET" in str(wrong.value)
