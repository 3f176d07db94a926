"""A server process of our own, what clients were told by it, and the faults that its system can have."""
import contextlib
import http.client
import json
import os
import resource
import secrets
import signal
import socket
import sqlite3
import subprocess
import threading
import time

WATCHWORD = os.environ["WATCHWORD"]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(what, found, seconds=20):
    """Polls until something is so."""
    deadline = time.time() + seconds
    while time.time() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if found():
                return
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


class Node:
    """A server that unseals itself, as an operator would configure it."""

    made = []

    def __init__(self, folder, storage=None, audit=None, key=None, port=None, extra=""):
        self.folder = folder
        self.port = port or free_port()
        self.store = folder / "data" / "store.db"
        self.audit = audit or folder / "audit.log"
        self.key = key or secrets.token_hex(32)
        self.root = None
        self.kept = {}
        self.process = None
        Node.made.append(self)
        folder.mkdir(exist_ok=True)
        (folder / "data").mkdir(mode=0o700, exist_ok=True)
        storage = storage or f'storage "sqlite" {{ path = "{self.store}" }}'
        (folder / "c.hcl").write_text(f"""
            {storage}
            {extra}
            listener "tcp" {{
              address     = "127.0.0.1:{self.port}"
              tls_disable = true
            }}
            seal "static" {{ current_key = "{self.key}" }}
            audit "file" "main" {{ options {{ file_path = "{self.audit}" }} }}
        """)

    def start(self):
        log = open(self.folder / "server.log", "a")
        self.process = subprocess.Popen([WATCHWORD, "server", f"-config={self.folder}/c.hcl"], stdout=log, stderr=log, start_new_session=True)

        def answers():
            assert self.process.poll() is None, self.log()
            return self.call("GET", "sys/health")[0]

        until("the server answers", answers, 60)
        return self

    def log(self):
        return (self.folder / "server.log").read_text()

    def initialize(self):
        status, made = self.call("POST", "sys/init", {"recovery_shares": 1, "recovery_threshold": 1})
        assert status == 200, made
        self.root = made["root_token"]
        assert self.call("POST", "sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})[0] == 204
        return self

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(40)

    def kill(self):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def restart(self):
        self.stop()
        return self.start()

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def call(self, method, path, body=None, token=None, connection=None, headers=None):
        c = connection or self.connect()
        try:
            token = token or self.root
            c.request(method, "/v1/" + path, body if isinstance(body, bytes) else None if body is None else json.dumps(body),
                      {**({"X-Vault-Token": token} if token else {}), **(headers or {})})
            answer = c.getresponse()
            raw = answer.read()
        finally:
            if connection is None:
                c.close()
        if raw and answer.headers.get("Content-Type", "").startswith("application/json"):
            return answer.status, json.loads(raw)
        return answer.status, raw

    # ---- writing and looking for what was acknowledged ----

    def put(self, name, size=0):
        """A secret of two halves. Remembers that it was acknowledged."""
        status, body = self.call("POST", "secret/data/" + name, {"data": {"name": name, "filler": "x" * size, "twin": name}})
        if status == 200:
            self.kept[name] = body["request_id"]
        return status, body

    def get(self, name):
        return self.call("GET", "secret/data/" + name)

    def secrets(self):
        status, body = self.call("LIST", "secret/metadata/")
        return set(body["data"]["keys"]) if status == 200 else set()

    def verify(self, refused=()):
        """All that was acknowledged is there and whole, and so is whatever else is there; nothing that was surely refused is."""
        names = self.secrets()
        assert set(self.kept) <= names, f"lost: {sorted(set(self.kept) - names)[:5]}"
        for name in names:
            status, body = self.get(name)
            assert status == 200, (name, status, body)
            data = body["data"]["data"]
            assert data["name"] == name and data["twin"] == name, f"half of {name} is there"
        assert not names & set(refused), f"refused, and there all the same: {sorted(names & set(refused))[:5]}"
        assert self.call("GET", "sys/health")[0] == 200

    def verify_after_restart(self, refused=(), audits=None):
        self.restart()
        self.verify(refused)
        self.stop()
        self.verify_audit(audits)
        with sqlite3.connect(self.store) as store:
            assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)

    def verify_audit(self, audits=None):
        for file in audits or [self.audit]:
            done = subprocess.run([WATCHWORD, "audit", "verify", str(file)], capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
        answered = set()
        for file in audits or [self.audit]:
            for line in open(file, "rb"):
                record = json.loads(line)
                if record.get("type") == "response":
                    answered.add(record["request"]["id"])
        missing = [name for name, request in self.kept.items() if request not in answered]
        assert not missing, f"acknowledged and not in the audit log: {missing[:5]}"

    # ---- faults ----

    @contextlib.contextmanager
    def injected(self, calls, error, *files):
        """System calls of the server on these files fail, until the end of the block."""
        paths = [word for file in files for word in ("-P", str(file))]
        trace = self.folder / "strace.log"
        tracer = subprocess.Popen(["strace", "-f", "-p", str(self.process.pid), *paths, "-e", f"trace={calls}", "-e", f"inject={calls}:error={error}",
                                   "-o", str(trace)], stderr=subprocess.PIPE, text=True)
        for line in tracer.stderr:
            if "attached" in line:
                break
        drain = threading.Thread(target=tracer.stderr.read, daemon=True)
        drain.start()
        until("every thread is traced", self.all_traced)
        try:
            yield trace
        finally:
            tracer.terminate()
            tracer.wait(20)

    def all_traced(self):
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            with contextlib.suppress(FileNotFoundError):
                for line in open(f"/proc/{self.process.pid}/task/{task}/status"):
                    if line.startswith("TracerPid:") and line.split()[1] == "0":
                        return False
        return True

    @contextlib.contextmanager
    def short_writes(self, file, more):
        """No file grows beyond the present length of this one and a few bytes more: the write across that place is cut short."""
        pid = self.process.pid
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (os.path.getsize(file) + more, before[1]))
        try:
            yield
        finally:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


class Writers:
    """Clients that write all the while, and note every answer."""

    def __init__(self, node, many=4, prefix="w", size=0):
        self.node, self.prefix, self.size = node, prefix, size
        self.answers = []
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(n,), daemon=True) for n in range(many)]

    def run(self, worker):
        n = 0
        while not self.ended.is_set():
            n += 1
            name = f"{self.prefix}{worker}x{n}"
            try:
                status, body = self.node.put(name, self.size)
                self.answers.append((name, status, body))
            except (OSError, http.client.HTTPException):
                self.answers.append((name, 0, None))
                time.sleep(0.05)

    def __enter__(self):
        for each in self.threads:
            each.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for each in self.threads:
            each.join()

    def count(self, status):
        return sum(1 for _, s, _ in self.answers if s == status)

    def errors(self):
        return [(name, status, body) for name, status, body in self.answers if status != 200]


class Disk:
    """A file system of its own, of a few megabytes."""

    def __init__(self, place, megabytes):
        self.place = place
        place.mkdir(exist_ok=True)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "watchword-test", str(place)], capture_output=True, text=True)
        if done.returncode != 0:
            raise PermissionError(done.stderr)

    def fill(self):
        with open(self.place / "filler", "wb", buffering=0) as filler:
            for size in (1 << 20, 4096, 1):
                with contextlib.suppress(OSError):
                    while True:
                        filler.write(b"\0" * size)

    def make_room(self):
        os.unlink(self.place / "filler")

    def unmount(self):
        subprocess.run(["umount", "-l", str(self.place)], check=False)
