import base64
import concurrent.futures
import glob
import itertools
import os
import secrets
import signal
import subprocess
import tempfile
import threading
import time

import pytest

from node import Node, Writers, free_port, until

CHANGES = 60


class Postgres:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="watchword-pg-")
        self.programs = max(glob.glob("/usr/lib/postgresql/*/bin"))
        self.port = free_port()
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        if self.user:
            subprocess.run(["chown", "postgres", self.folder], check=True)
        self.run("initdb", "-D", f"{self.folder}/data", "-U", "watchword", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()

    def run(self, program, *words):
        subprocess.run([*self.user, f"{self.programs}/{program}", *words], check=True, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self):
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-t", "60", "-l", f"{self.folder}/log", "-o",
                 f"-c listen_addresses=127.0.0.1 -p {self.port} -k {self.folder}", "start")

    def stop(self):
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-m", "immediate", "stop")

    def url(self):
        return f"postgres://watchword@127.0.0.1:{self.port}/postgres"


@pytest.fixture(scope="module")
def postgres():
    running = Postgres()
    yield running
    running.stop()
    subprocess.run(["rm", "-rf", running.folder], check=False)


tables = itertools.count()


def servers(postgres, tmp_path, count=2):
    table = f"store_{next(tables)}"
    key = secrets.token_hex(32)
    made = []
    (tmp_path / "audits").mkdir(mode=0o700)
    for n in range(count):
        folder = tmp_path / f"server{n}"
        folder.mkdir()
        made.append(Node(folder, storage=f'storage "postgresql" {{ connection_url = "{postgres.url()}", table = "{table}" }}'.replace(", table", "\n table"), key=key,
                         extra=f'audit_file_folder = "{tmp_path}/audits"'))
    for each in made:
        each.start()
    return made


@pytest.fixture
def pair(postgres, tmp_path):
    a, b = servers(postgres, tmp_path)
    a.initialize()
    b.root = a.root
    until("the other one opens by itself", lambda: b.call("GET", "sys/health")[0] == 200)
    return a, b


@pytest.fixture(autouse=True)
def end():
    yield
    while Node.made:
        Node.made.pop().kill()


def both(pair, work):
    """Runs something on both at the same time."""
    barrier = threading.Barrier(2)

    def one(node):
        barrier.wait()
        return work(node)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, pair))


def test_only_one_of_two_initializes_a_store(postgres, tmp_path):
    pair = servers(postgres, tmp_path)
    answers = both(pair, lambda node: node.call("POST", "sys/init", {"recovery_shares": 1, "recovery_threshold": 1}))
    assert sorted(status for status, _ in answers) == [200, 400], answers
    root = next(body["root_token"] for status, body in answers if status == 200)
    for node in pair:
        node.root = root
        until("it is open", lambda: node.call("GET", "sys/health")[0] == 200)
        assert node.call("GET", "auth/token/lookup-self")[0] == 200


def test_what_one_writes_the_other_reads_at_once(pair):
    a, b = pair
    for n in range(CHANGES):
        writer, reader = (a, b) if n % 2 else (b, a)
        assert writer.put(f"n{n}")[0] == 200
        assert reader.get(f"n{n}")[1]["data"]["data"]["name"] == f"n{n}"
        assert writer.call("DELETE", f"secret/metadata/n{n}")[0] == 204
        assert reader.get(f"n{n}")[0] == 404


def test_of_two_that_check_and_set_the_same_version_one_wins(pair):
    wins = 0
    for n in range(CHANGES):
        answers = both(pair, lambda node: node.call("POST", "secret/data/counter", {"options": {"cas": n}, "data": {"by": node.port}}))
        assert sorted(status for status, _ in answers) == [200, 400], (n, answers)
        winner = next(node for node, (status, _) in zip(pair, answers) if status == 200)
        for node in pair:
            data = node.get("counter")[1]["data"]
            assert data["metadata"]["version"] == n + 1 and data["data"]["by"] == winner.port
        wins += 1
    assert wins == CHANGES


def test_a_token_revoked_on_one_is_refused_by_the_next_request_to_the_other(pair):
    for n in range(CHANGES):
        one, other = pair if n % 2 else pair[::-1]
        token = one.call("POST", "auth/token/create", {"policies": ["default"], "ttl": "1h"})[1]["auth"]["client_token"]
        assert other.call("GET", "auth/token/lookup-self", token=token)[0] == 200
        assert one.call("POST", "auth/token/revoke", {"token": token})[0] == 204
        assert other.call("GET", "auth/token/lookup-self", token=token)[0] == 403


def test_a_token_of_few_uses_has_no_more_of_them_on_two_servers(pair):
    a, _ = pair
    for _ in range(10):
        token = a.call("POST", "auth/token/create", {"policies": ["root"], "num_uses": 5})[1]["auth"]["client_token"]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda n: pair[n % 2].call("GET", "sys/mounts", token=token)[0], range(16)))
        assert answers.count(200) == 5 and answers.count(403) == 11, answers


def test_a_single_wrapping_token_is_unwrapped_once(pair):
    a, _ = pair
    for _ in range(20):
        wrapped = a.call("POST", "sys/wrapping/wrap", {"k": "v"}, headers={"X-Vault-Wrap-TTL": "60"})[1]["wrap_info"]["token"]
        answers = both(pair, lambda node: node.call("POST", "sys/wrapping/unwrap", {"token": wrapped})[0])
        assert sorted(answers) == [200, 400], answers


def test_policies_and_mounts_are_the_others_at_once(pair):
    for n in range(10):
        one, other = pair if n % 2 else pair[::-1]
        assert one.put("guarded")[0] == 200
        assert one.call("POST", "sys/policies/acl/reader", {"policy": 'path "secret/data/guarded" { capabilities = ["read"] }'})[0] == 204
        token = one.call("POST", "auth/token/create", {"policies": ["reader"]})[1]["auth"]["client_token"]
        assert other.call("GET", "secret/data/guarded", token=token)[0] == 200
        assert one.call("POST", "sys/policies/acl/reader", {"policy": 'path "secret/data/guarded" { capabilities = ["deny"] }'})[0] == 204
        assert other.call("GET", "secret/data/guarded", token=token)[0] == 403
        assert one.call("POST", f"sys/mounts/kv{n}", {"type": "kv", "options": {"version": "1"}})[0] == 204
        assert other.call("POST", f"kv{n}/x", {"k": "v"})[0] == 204
        assert one.call("DELETE", f"sys/mounts/kv{n}")[0] == 204
        assert other.call("GET", f"kv{n}/x")[0] == 404


def test_of_two_mounts_at_one_path_there_is_one(pair):
    for n in range(10):
        answers = both(pair, lambda node: node.call("POST", f"sys/mounts/same{n}", {"type": "kv"})[0])
        assert sorted(answers) == [204, 400], answers


def test_an_audit_device_of_one_is_the_others_within_seconds(pair):
    a, b = pair
    log = a.folder.parent / "audits" / "more.log"
    status, answer = a.call("POST", "sys/audit/more", {"type": "file", "options": {"file_path": str(log)}})
    assert status == 204, answer
    until("the other one has it", lambda: "more/" in b.call("GET", "sys/audit-status")[1]["data"]["devices"])
    # On one machine they have one file for it, which is of who was first; on the other it waits, and is no reason to stop.
    assert b.call("GET", "sys/audit-status")[1]["data"]["devices"]["more/"]["error"] == "another process writes the file"
    assert b.put("recorded")[0] == 200
    assert a.call("POST", "sys/config/auditing/request-headers/X-Team", {"hmac": False})[0] == 204
    until("headers too", lambda: b.call("GET", "sys/config/auditing/request-headers/X-Team")[0] == 200)
    assert b.call("GET", "sys/mounts", headers={"X-Team": "canary-team"})[0] == 200
    assert "canary-team" in b.audit.read_text()
    a.kill()

    def is_recorded():
        assert b.put("by-the-other")[0] == 200
        return "by-the-other" in log.read_text()

    until("it records, since the file is free", is_recorded)
    assert b.call("DELETE", "sys/audit/more")[0] == 204
    assert "more/" not in b.call("GET", "sys/audit")[1]["data"]


def test_a_quota_of_one_is_the_others_within_seconds(pair):
    a, b = pair
    assert a.call("POST", "sys/quotas/rate-limit/small", {"rate": 1, "interval": "60s", "path": "secret/"})[0] in (200, 204)
    until("the other one refuses", lambda: b.get("nothing")[0] == 429)
    assert a.call("DELETE", "sys/quotas/rate-limit/small")[0] == 204
    until("and no longer", lambda: b.get("nothing")[0] == 404)


def test_keys_are_rotated_on_one_while_the_other_writes(pair):
    a, b = pair
    with Writers(b, many=3) as writers:
        for _ in range(10):
            assert a.call("POST", "sys/rotate")[0] == 204
        until("writes", lambda: writers.count(200) > 60)
    assert not writers.errors()
    a.kept.update(b.kept)
    a.verify()
    for node in pair:
        node.restart()
    a.verify()
    assert a.call("GET", "sys/key-status")[1]["data"]["term"] == b.call("GET", "sys/key-status")[1]["data"]["term"] == 11


def rekey(node, share, target="rekey-recovery-key", wanted=1):
    status, started = node.call("POST", f"sys/{target}/init", {"secret_shares": wanted, "secret_threshold": wanted})
    assert status == 200, started
    return node.call("POST", f"sys/{target}/update", {"key": share, "nonce": started["nonce"]})


def test_a_rekey_on_one_is_known_to_the_other(postgres, tmp_path):
    a, b = servers(postgres, tmp_path)
    made = a.call("POST", "sys/init", {"recovery_shares": 1, "recovery_threshold": 1})[1]
    a.root = b.root = made["root_token"]
    assert a.call("POST", "sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})[0] == 204
    until("the other one opens by itself", lambda: b.call("GET", "sys/health")[0] == 200)
    share = made["recovery_keys"][0]
    with Writers(b, many=2) as writers:
        status, answer = rekey(a, share, "rekey")  # another root key, the same recovery key
        assert status == 200 and answer["complete"], answer
        status, answer = rekey(b, share)  # another recovery key, by a server that has not seen the new root key yet
        assert status == 200 and answer["complete"], answer
        until("writes", lambda: writers.count(200) > 20)
    assert not writers.errors()
    fresh = answer["keys"][0]
    status, answer = rekey(a, share)
    assert status == 400, "the old recovery key is good for nothing, on both"
    assert a.call("DELETE", "sys/rekey-recovery-key/init")[0] in (200, 204)
    started = a.call("POST", "sys/generate-root/attempt", {})[1]
    status, answer = a.call("POST", "sys/generate-root/update", {"key": fresh, "nonce": started["nonce"]})
    assert status == 200 and answer["complete"], answer
    mixed = base64.b64decode(answer["encoded_token"] + "==")
    token = bytes(x ^ y for x, y in zip(mixed, started["otp"].encode())).decode()
    assert b.call("GET", "sys/mounts", token=token)[0] == 200
    for node in (a, b):
        node.restart()
        assert node.call("GET", "sys/health")[0] == 200, "the seal keeps the root key that opens the keyring"
    a.kept.update(b.kept)
    a.verify()


def test_a_server_is_sealed_by_itself_and_stays_so(pair):
    a, b = pair
    with Writers(b, many=2) as writers:
        assert a.call("POST", "sys/seal")[0] == 204
        began = time.time()
        until("two tries of a server that would open by itself", lambda: time.time() > began + 7 and writers.count(200) > 50)
        assert a.call("GET", "sys/health")[0] == 503 and a.get("w0x1")[0] == 503
    assert not writers.errors()
    a.restart()
    a.kept.update(b.kept)
    a.verify()


def test_tokens_end_on_time_whichever_server_runs(pair):
    a, b = pair
    tokens = [pair[n % 2].call("POST", "auth/token/create", {"policies": ["default"], "ttl": "2s"})[1]["auth"]["accessor"] for n in range(60)]
    until("all of them ended", lambda: not set(tokens) & set(a.call("LIST", "auth/token/accessors")[1]["data"]["keys"]))
    assert len(b.call("LIST", "auth/token/accessors")[1]["data"]["keys"]) == 1
    assert "could not be carried out" not in a.log() + b.log()


def test_one_goes_on_when_the_other_is_killed(pair):
    a, b = pair
    with Writers(a, many=3, prefix="a") as doomed, Writers(b, many=3, prefix="b") as writers:
        until("writes", lambda: doomed.count(200) > 30 and writers.count(200) > 30)
        a.kill()
        at = len(writers.answers)
        until("the other one writes", lambda: len(writers.answers) > at + 60)
    assert not writers.errors()
    b.kept.update(a.kept)
    b.verify()
    a.start()
    until("it is back", lambda: a.call("GET", "sys/health")[0] == 200)
    a.kept.update(b.kept)
    a.verify()
    for node in pair:
        node.stop()
        log = subprocess.run([os.environ["WATCHWORD"], "audit", "verify", str(node.audit)], capture_output=True, text=True)
        assert log.returncode == 0, log.stdout + log.stderr


def test_one_that_slept_writes_nothing_old(pair):
    a, b = pair
    os.killpg(a.process.pid, signal.SIGSTOP)
    token = b.call("POST", "auth/token/create", {"policies": ["root"]})[1]["auth"]["client_token"]
    assert b.call("POST", "auth/token/revoke", {"token": token})[0] == 204
    assert b.call("POST", "secret/data/counter", {"options": {"cas": 0}, "data": {"by": "b"}})[0] == 200
    os.killpg(a.process.pid, signal.SIGCONT)
    assert a.call("GET", "secret/data/counter", token=token)[0] == 403
    assert a.call("POST", "secret/data/counter", {"options": {"cas": 0}, "data": {"by": "a"}})[0] == 400
    assert a.get("counter")[1]["data"]["data"] == {"by": "b"}


def test_a_backup_put_back_by_one_is_taken_in_by_the_other(pair):
    a, b = pair
    for n in range(10):
        assert a.put(f"before{n}")[0] == 200
    kept = dict(a.kept)
    status, snapshot = b.call("GET", "sys/storage/raft/snapshot")
    assert status == 200
    for n in range(3):
        assert b.call("POST", "sys/rotate")[0] == 204
    assert b.put("since")[0] == 200
    with Writers(b, many=3) as writers:
        until("writes", lambda: writers.count(200) > 20)
        status, answer = a.call("POST", "sys/storage/raft/snapshot", snapshot)
        assert status == 204, answer
        restored = len(writers.answers)
        until("writes again", lambda: any(status == 200 for _, status, _ in writers.answers[restored + 3:]))
    for name, status, body in writers.errors():
        assert status in (500, 503), (name, status, body)
    since = {name for name, status, _ in writers.answers[restored + 3:] if status == 200}
    for node in pair:
        until("it is open", lambda: node.call("GET", "sys/health")[0] == 200)
        names = node.secrets()
        assert set(kept) <= names and "since" not in names
        for name in names:
            status, body = node.get(name)
            assert status == 200 and body["data"]["data"]["twin"] == name, (name, body)
        assert since <= names
    for node in pair:
        node.restart()
        assert since <= node.secrets()
        for name in node.secrets():
            assert node.get(name)[0] == 200


def test_a_database_that_is_away_for_a_while_is_told_and_comes_back(pair, postgres):
    a, b = pair
    with Writers(a, many=2, prefix="a") as one, Writers(b, many=2, prefix="b") as other:
        until("writes", lambda: one.count(200) > 20 and other.count(200) > 20)
        postgres.stop()
        try:
            until("health says so", lambda: a.call("GET", "sys/health")[0] == 503 and b.call("GET", "sys/health")[0] == 503)
            health = a.call("GET", "sys/health")[1]
            assert "database" in " ".join(health["errors"]), health
        finally:
            postgres.start()
        back = len(one.answers), len(other.answers)
        until("writes again", lambda: any(s == 200 for _, s, _ in one.answers[back[0]:]) and any(s == 200 for _, s, _ in other.answers[back[1]:]), 40)
    for name, status, body in one.errors() + other.errors():
        assert status in (500, 503) and "incident" not in str(body), (name, status, body)
    a.kept.update(b.kept)
    a.verify()
