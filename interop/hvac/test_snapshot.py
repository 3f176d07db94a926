"""A backup of the whole store, and back."""


def test_a_snapshot_brings_back_what_was_there(root):
    kv = root.secrets.kv.v2
    kv.create_or_update_secret("backed-up", secret={"value": "before"}, mount_point="secret")
    snapshot = root.sys.take_raft_snapshot()
    assert snapshot.status_code == 200
    archive = snapshot.content
    kv.create_or_update_secret("backed-up", secret={"value": "after"}, mount_point="secret")
    assert root.sys.restore_raft_snapshot(archive).status_code == 204
    data = kv.read_secret_version("backed-up", mount_point="secret", raise_on_deleted_version=True)["data"]
    assert data["data"] == {"value": "before"}
    assert data["metadata"]["version"] == 1


def test_a_damaged_snapshot_is_refused_even_by_force(root):
    archive = bytearray(root.sys.take_raft_snapshot().content)
    archive[len(archive) // 2] ^= 1
    for restore in (root.sys.restore_raft_snapshot, root.sys.force_restore_raft_snapshot):
        try:
            answer = restore(bytes(archive))
            assert answer.status_code == 400, answer.text
        except Exception as refused:
            assert "refused" in str(refused)
