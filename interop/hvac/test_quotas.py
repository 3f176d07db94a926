import hvac
import pytest


def test_quotas_are_written_read_listed_and_deleted(root):
    root.sys.create_or_update_quota("q", rate=897.3, path="secret", interval="2m", block_interval="5m", rate_limit_type="rate-limit")
    assert root.sys.read_quota("q")["data"] == {
        "name": "q",
        "path": "secret/",
        "rate": 897.3,
        "interval": 120,
        "block_interval": 300,
        "role": "",
        "type": "rate-limit",
        "inheritable": False,
        "group_by": "ip",
    }
    assert root.sys.list_quotas()["data"]["keys"] == ["q"]
    root.sys.delete_quota("q")
    with pytest.raises(hvac.exceptions.InvalidPath):
        root.sys.read_quota("q")


def test_a_client_that_is_over_its_rate_is_told_so(root):
    root.sys.enable_secrets_engine("kv", path="limited")
    root.sys.create_or_update_quota("q", rate=2, path="limited", interval="1h")
    try:
        root.secrets.kv.v1.create_or_update_secret("x", secret={"k": "v"}, mount_point="limited", method="POST")
        assert root.secrets.kv.v1.read_secret("x", mount_point="limited")["data"] == {"k": "v"}
        with pytest.raises(hvac.exceptions.RateLimitExceeded, match='request path "limited/x": rate limit quota exceeded'):
            root.secrets.kv.v1.read_secret("x", mount_point="limited")
    finally:
        root.sys.delete_quota("q")
    assert root.secrets.kv.v1.read_secret("x", mount_point="limited")["data"] == {"k": "v"}
    root.sys.disable_secrets_engine("limited")


@pytest.mark.parametrize("wrong", [{"rate": 0}, {"rate": 1, "path": "none"}, {"rate": 1, "path": "auth/token", "role": "r"}, {"rate": 1, "rate_limit_type": "lease-count"}])
def test_a_quota_that_cannot_be_is_refused(root, wrong):
    with pytest.raises(hvac.exceptions.InvalidRequest):
        root.sys.create_or_update_quota("q", **wrong)
