import subprocess

import pytest

from node import WATCHWORD, Disk, Node, Writers, until

UNKNOWN = "may or may not have happened"


@pytest.fixture(autouse=True)
def end():
    yield
    while Node.made:
        Node.made.pop().kill()


@pytest.fixture
def node(tmp_path):
    made = Node(tmp_path / "a").start().initialize()
    for n in range(20):
        assert made.put(f"before{n}")[0] == 200
    return made


@pytest.fixture
def disk(tmp_path):
    disks = []

    def make(place, megabytes):
        try:
            disks.append(Disk(place, megabytes))
        except PermissionError as refused:
            pytest.skip(f"nothing can be mounted here, so a full disk is only injected (other tests do): {refused}")
        return disks[-1]

    yield make
    for each in disks:
        each.unmount()


def requires_documented_shape(errors):
    for name, status, body in errors:
        assert status in (500, 503), (name, status, body)
        assert isinstance(body["errors"], list) and body["errors"] and all(body["errors"]), body
        assert "incident" not in str(body), f"a failure of the disk is not a bug: {body}"


def said(errors):
    return " ".join(text for _, _, body in errors for text in body["errors"])


def is_stopped(node):
    """It refuses everything, says why, and so does its health."""
    status, health = node.call("GET", "sys/health")
    assert status == 503 and health["sealed"] is True and health["initialized"] is True, health
    assert "restart" in " ".join(health["errors"]), health
    for method, path, body in (("GET", "secret/data/before1", None), ("POST", "secret/data/new", {"data": {}}), ("GET", "sys/mounts", None),
                               ("GET", "sys/seal-status", None), ("POST", "sys/unseal", {"key": "00" * 33})):
        status, answer = node.call(method, path, body)
        assert status == 503 and "restart" in " ".join(answer["errors"]), (path, status, answer)


def test_a_full_disk_refuses_writes_and_loses_nothing(tmp_path, disk):
    folder = tmp_path / "a"
    folder.mkdir()
    room = disk(folder / "data", 24)
    node = Node(folder).start().initialize()
    assert node.put("before1")[0] == 200
    with Writers(node, size=3000) as writers:
        until("writes", lambda: writers.count(200) > 50)
        room.fill()
        until("refusals", lambda: writers.count(500) > 50)
        assert node.get("before1")[0] == 200, "reads go on"
        assert node.call("GET", "sys/health")[0] == 200, "a server that still reads is not taken out"
        refused = len(writers.answers)
        room.make_room()
        until("writes again, without a restart", lambda: any(status == 200 for _, status, _ in writers.answers[refused:]))
    errors = writers.errors()
    requires_documented_shape(errors)
    assert "no room" in said(errors) and UNKNOWN not in said(errors)
    names = [name for name, _, _ in errors]
    node.verify(refused=names)
    node.verify_after_restart(refused=names)


def test_a_server_that_starts_on_a_full_disk_says_so_and_starts_when_there_is_room(tmp_path, disk):
    folder = tmp_path / "a"
    folder.mkdir()
    room = disk(folder / "data", 24)
    node = Node(folder).start().initialize()
    for n in range(100):
        assert node.put(f"n{n}", 3000)[0] == 200
    node.kill()
    room.fill()
    node.start()
    status, health = node.call("GET", "sys/health")
    assert status == 503 and health["sealed"] is True and "disk is full" in node.log()
    room.make_room()
    until("it opens by itself", lambda: node.call("GET", "sys/health")[0] == 200)
    node.verify()
    node.verify_after_restart()


@pytest.mark.parametrize("calls, error, suffix", [
    ("fsync,fdatasync", "EIO", "-wal"), ("fsync,fdatasync", "ENOSPC", "-wal"), ("pwrite64", "EIO", "-wal"), ("pwrite64", "EDQUOT", "-wal")])
def test_a_commit_that_nobody_can_vouch_for_stops_the_store_until_a_restart(node, calls, error, suffix):
    with Writers(node) as writers:
        until("writes", lambda: writers.count(200) > 20)
        with node.injected(calls, error, f"{node.store}{suffix}"):
            until("refusals", lambda: writers.count(503) > 20)
        healed = len(writers.answers)
        until("more refusals", lambda: len(writers.answers) > healed + 20)
        assert all(status == 503 for _, status, _ in writers.answers[healed + 4:]), "what failed once is not tried again as if it had worked"
    is_stopped(node)
    errors = writers.errors()
    requires_documented_shape(errors)
    assert UNKNOWN in said(errors)
    unsure = [name for name, _, body in errors if UNKNOWN in str(body)]
    node.verify_after_restart(refused=[name for name, _, _ in errors if name not in unsure])


def test_a_log_that_cannot_be_moved_into_the_file_for_sure_stops_the_store(node):
    with node.injected("fsync,fdatasync", "EIO", node.store):
        for n in range(5):
            assert node.put(f"during{n}")[0] in (200, 500, 503)
        until("it stopped", lambda: node.call("GET", "sys/health")[0] == 503)
    is_stopped(node)
    node.verify_after_restart()


def test_no_room_for_the_log_is_an_error_and_passes(node):
    with Writers(node) as writers:
        until("writes", lambda: writers.count(200) > 20)
        with node.injected("pwrite64", "ENOSPC", f"{node.store}-wal"):
            until("refusals", lambda: writers.count(500) > 20)
            assert node.call("GET", "sys/health")[0] == 200
        healed = len(writers.answers)
        until("writes again", lambda: any(status == 200 for _, status, _ in writers.answers[healed:]))
    errors = writers.errors()
    requires_documented_shape(errors)
    assert "no room" in said(errors) and UNKNOWN not in said(errors)
    node.verify_after_restart(refused=[name for name, _, _ in errors])


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
def test_a_file_that_takes_no_pages_leaves_them_in_the_log(node, error):
    with node.injected("pwrite64", error, node.store):
        for n in range(20):
            assert node.put(f"during{n}")[0] == 200, "the log is what a commit needs"
        until("it was tried", lambda: "grows until it can" in node.log())
    assert node.put("after")[0] == 200
    node.verify_after_restart()


def test_what_the_disk_cannot_give_back_stops_the_store(node):
    for n in range(200):
        assert node.put(f"many{n}", 2000)[0] == 200
    node.restart()
    answers = []
    with node.injected("pread64", "EIO", node.store, f"{node.store}-wal"):
        for n in range(200):
            answers.append((f"many{n}", *node.get(f"many{n}")))
    failed = [each for each in answers if each[1] != 200]
    assert failed, "no read reached the disk"
    requires_documented_shape(failed)
    assert "disk failed" in said(failed) or "damaged" in said(failed)
    until("it stopped", lambda: node.call("GET", "sys/health")[0] == 503)
    is_stopped(node)
    node.verify_after_restart()


@pytest.mark.parametrize("more", [1, 24, 1000, 4096 + 23, 8000])
def test_a_write_to_the_log_of_the_store_that_is_cut_short_stops_the_store(node, more):
    node.stop()
    node.audit.unlink()  # so that the store's log is the longest file
    node.start()
    with Writers(node, many=2, size=3000) as writers:
        until("writes", lambda: writers.count(200) > 40)
        with node.short_writes(f"{node.store}-wal", more):
            until("refusals", lambda: len(writers.errors()) > 10)
    errors = writers.errors()
    requires_documented_shape(errors)
    unsure = [name for name, _, body in errors if UNKNOWN in str(body)]
    node.kept = {name: request for name, request in node.kept.items() if not name.startswith("before")}
    node.verify_after_restart(refused=[name for name, _, _ in errors if name not in unsure])


# ---- the audit log ----

def audited(errors, reason):
    requires_documented_shape(errors)
    assert all(status == 503 for _, status, _ in errors)
    assert "audit" in said(errors) and reason in said(errors).lower(), said(errors)[:300]


@pytest.mark.parametrize("calls, error, reason", [
    ("write", "EIO", "input/output error"), ("write", "ENOSPC", "no space left on device")])
def test_what_cannot_be_audited_does_not_happen(node, calls, error, reason):
    with Writers(node) as writers:
        until("writes", lambda: writers.count(200) > 20)
        with node.injected(calls, error, node.audit):
            until("refusals", lambda: writers.count(503) > 20)
            assert node.get("before1")[0] == 503, "what only looks is audited too"
            assert node.call("GET", "sys/health")[0] == 200
        healed = len(writers.answers)
        until("writes again", lambda: any(status == 200 for _, status, _ in writers.answers[healed:]))
    audited(writers.errors(), reason)
    assert node.call("GET", "sys/audit-status")[1]["data"]["devices"]["main/"]["state"] == "ok"
    # What was refused before it happened did not happen; one whose answer could not be recorded may have: the line of the request is there.
    node.verify_after_restart()


@pytest.mark.parametrize("more", [1, 37, 2000])
def test_a_line_that_was_cut_short_is_taken_back(node, more):
    for n in range(300):
        assert node.put(f"pad{n}")[0] == 200
    node.restart()  # which empties the store's own log, so that the audit log is the longest file
    assert node.audit.stat().st_size > 100_000 + max(file.stat().st_size for file in node.store.parent.iterdir())
    with node.short_writes(node.audit, more):
        answers = [(f"short{n}", *node.put(f"short{n}")) for n in range(5)]
    errors = [each for each in answers if each[1] != 200]
    assert errors
    audited(errors, "file too large")
    until("writes again", lambda: node.put("after")[0] == 200)
    assert node.audit.read_bytes().endswith(b"\n")
    node.verify_after_restart()


def test_a_full_disk_of_the_audit_log_refuses_everything_and_recovers(tmp_path, disk):
    folder = tmp_path / "a"
    folder.mkdir()
    room = disk(tmp_path / "audit", 2)
    node = Node(folder, audit=tmp_path / "audit" / "audit.log").start().initialize()
    with Writers(node) as writers:
        until("writes", lambda: writers.count(200) > 20)
        room.fill()
        until("refusals", lambda: writers.count(503) > 20)
        assert node.get("w0x1")[0] == 503
        healed = len(writers.answers)
        room.make_room()
        until("writes again", lambda: any(status == 200 for _, status, _ in writers.answers[healed:]))
    audited(writers.errors(), "no space left on device")
    node.verify_after_restart()


def test_an_audit_log_that_was_deleted_is_begun_anew(node):
    kept = node.folder / "kept.log"
    kept.write_bytes(node.audit.read_bytes())
    gone = len(node.kept)
    node.audit.unlink()
    with Writers(node) as writers:
        until("a new file", node.audit.exists)
        until("writes", lambda: writers.count(200) > 50)
    assert not writers.errors()
    node.restart()
    node.verify()
    node.stop()
    done = subprocess.run([WATCHWORD, "audit", "verify", str(node.audit)], capture_output=True, text=True)
    print(done.returncode, done.stdout, done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(node.kept) > gone


@pytest.mark.parametrize("error, reason", [("EROFS", "read-only file system"), ("EACCES", "permission denied")])
def test_an_audit_log_that_cannot_be_begun_anew_refuses_everything_and_recovers(node, error, reason):
    with node.injected("openat", error, node.audit):
        node.audit.unlink()
        refused = []

        def is_refused():
            refused.append(("x", *node.get("before1")))
            return refused[-1][1] == 503

        until("refusals", is_refused)
        answers = [(f"refused{n}", *node.put(f"refused{n}")) for n in range(3)]
    audited(answers, reason)
    until("writes again", lambda: node.put("after")[0] == 200)
    assert node.audit.exists()
    node.restart()
    node.verify(refused=[name for name, _, _ in answers])


# ---- snapshots ----

def test_a_snapshot_under_load_has_all_that_was_acknowledged_before_it(node, tmp_path):
    with Writers(node, many=6, size=500) as writers:
        for _ in range(3):
            until("writes", lambda: writers.count(200) > 100)
            before = dict(node.kept)
            status, snapshot = node.call("GET", "sys/storage/raft/snapshot")
            assert status == 200
    assert not writers.errors()
    other = Node(tmp_path / "b", key=node.key).start().initialize()
    status, answer = other.call("POST", "sys/storage/raft/snapshot", snapshot)
    assert status == 400, "a snapshot of another server needs to be forced"
    assert other.call("POST", "sys/storage/raft/snapshot-force", snapshot)[0] == 204
    other.root, other.kept = node.root, before
    until("it is open again", lambda: other.call("GET", "sys/health")[0] == 200)
    other.verify()
    other.restart()
    other.verify()
    assert len(before) <= len(other.secrets()) <= len(node.kept)


def test_a_snapshot_for_which_there_is_no_room_fails_and_leaves_nothing(tmp_path, disk):
    folder = tmp_path / "a"
    folder.mkdir()
    room = disk(folder / "data", 16)
    node = Node(folder).start().initialize()
    for n in range(40):
        assert node.put(f"n{n}", 100_000)[0] == 200
    left = {file.name for file in (folder / "data").iterdir()}
    room.fill()
    status, answer = node.call("GET", "sys/storage/raft/snapshot")
    assert status in (500, 503), (status, answer)
    requires_documented_shape([("snapshot", status, answer)])
    room.make_room()
    until("what was begun is gone", lambda: {file.name for file in (folder / "data").iterdir()} <= left)
    assert node.call("GET", "sys/storage/raft/snapshot")[0] == 200
    node.verify_after_restart()
