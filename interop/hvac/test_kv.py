import hvac
import pytest


def test_a_secret_is_written_read_listed_and_deleted(root):
    kv = root.secrets.kv.v2
    kv.create_or_update_secret("team/db", secret={"password": "canary-1", "port": 5432}, mount_point="secret")
    read = kv.read_secret_version("team/db", mount_point="secret", raise_on_deleted_version=True)
    assert read["data"]["data"] == {"password": "canary-1", "port": 5432}
    assert read["data"]["metadata"]["version"] == 1
    assert "db" in kv.list_secrets("team", mount_point="secret")["data"]["keys"]
    kv.delete_latest_version_of_secret("team/db", mount_point="secret")
    with pytest.raises(hvac.exceptions.InvalidPath):
        kv.read_secret_version("team/db", mount_point="secret", raise_on_deleted_version=True)
    deleted = kv.read_secret_version("team/db", mount_point="secret", raise_on_deleted_version=False)
    assert deleted["data"]["data"] is None and deleted["data"]["metadata"]["deletion_time"]
    kv.undelete_secret_versions("team/db", versions=[1], mount_point="secret")
    assert kv.read_secret_version("team/db", mount_point="secret", raise_on_deleted_version=True)["data"]["data"]["port"] == 5432
    kv.destroy_secret_versions("team/db", versions=[1], mount_point="secret")
    assert kv.read_secret_metadata("team/db", mount_point="secret")["data"]["versions"]["1"]["destroyed"]


def test_check_and_set_refuses_a_stale_write(root):
    kv = root.secrets.kv.v2
    kv.create_or_update_secret("cas", secret={"v": 1}, cas=0, mount_point="secret")
    with pytest.raises(hvac.exceptions.InvalidRequest, match="check-and-set parameter did not match the current version"):
        kv.create_or_update_secret("cas", secret={"v": 2}, cas=0, mount_point="secret")
    kv.create_or_update_secret("cas", secret={"v": 2}, cas=1, mount_point="secret")


def test_patch_changes_some_fields(root):
    kv = root.secrets.kv.v2
    kv.create_or_update_secret("patched", secret={"a": "1", "b": "2"}, mount_point="secret")
    kv.patch("patched", secret={"b": "3"}, mount_point="secret")
    assert kv.read_secret_version("patched", mount_point="secret", raise_on_deleted_version=True)["data"]["data"] == {"a": "1", "b": "3"}


def test_metadata_and_settings_read_back_as_written(root):
    kv = root.secrets.kv.v2
    root.sys.enable_secrets_engine("kv", path="meta", options={"version": "2"})
    kv.configure(max_versions=2, cas_required=False, mount_point="meta")
    assert kv.read_configuration(mount_point="meta")["data"]["max_versions"] == 2
    for v in range(5):
        kv.create_or_update_secret("x", secret={"v": v}, mount_point="meta")
    kv.update_metadata("x", max_versions=3, custom_metadata={"owner": "ml"}, mount_point="meta")
    metadata = kv.read_secret_metadata("x", mount_point="meta")["data"]
    assert metadata["custom_metadata"] == {"owner": "ml"} and metadata["current_version"] == 5 and list(metadata["versions"]) == ["4", "5"]
    kv.create_or_update_secret("x", secret={"v": 5}, mount_point="meta")
    # the larger of the two numbers counts, and what is too old goes with the next write
    assert list(kv.read_secret_metadata("x", mount_point="meta")["data"]["versions"]) == ["4", "5", "6"]
    kv.delete_metadata_and_all_versions("x", mount_point="meta")
    with pytest.raises(hvac.exceptions.InvalidPath):
        kv.read_secret_metadata("x", mount_point="meta")


def test_version_one_keeps_the_last_value(root):
    root.sys.enable_secrets_engine("kv", path="one", options={"version": "1"})
    kv = root.secrets.kv.v1
    kv.create_or_update_secret("a/b", secret={"k": "v"}, mount_point="one")
    assert kv.read_secret("a/b", mount_point="one")["data"] == {"k": "v"}
    assert kv.list_secrets("a", mount_point="one")["data"]["keys"] == ["b"]
    kv.delete_secret("a/b", mount_point="one")
    with pytest.raises(hvac.exceptions.InvalidPath):
        kv.read_secret("a/b", mount_point="one")


def test_a_version_one_mount_becomes_version_two(root):
    root.sys.enable_secrets_engine("kv", path="up", options={"version": "1"})
    root.secrets.kv.v1.create_or_update_secret("x", secret={"k": "v"}, mount_point="up")
    root.sys.tune_mount_configuration("up", options={"version": "2"})
    assert root.secrets.kv.v2.read_secret_version("x", mount_point="up", raise_on_deleted_version=True)["data"]["data"] == {"k": "v"}
