"""Kills a server with SIGKILL while 16 clients write, and starts it again on the same data. Then: every acknowledged write is there and
whole, every answer is in the audit log, the log's chain is unbroken, and a token that was acknowledged works. Lastly system calls are
traced: no write is acknowledged before the log of the store was flushed."""
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

WATCHWORD = os.environ["WATCHWORD"]
ROUNDS = int(sys.argv[1])
TOKEN = "crash-root"
failures = []
checks = 0


def check(what, good, detail=""):
    global checks
    checks += 1
    if not good:
        failures.append(f"{what}: {detail}")
        print(f"FAIL {what}: {detail}")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, data, audit, prefix=()):
        self.port = free_port()
        self.data = data
        self.process = subprocess.Popen(
            [*prefix, WATCHWORD, "dev", f"-data={data}", f"-audit={audit}", f"-listen=127.0.0.1:{self.port}", f"-dev-root-token-id={TOKEN}"],
            stdout=subprocess.DEVNULL, stderr=open(os.path.join(data, "..", "server.log"), "a"), start_new_session=True)
        started = time.time()
        while time.time() < started + 60:
            try:
                if self.call("GET", "sys/health")[0] == 200:
                    self.ready = time.time() - started
                    return
            except OSError:
                time.sleep(0.02)
        sys.exit("the server did not start")

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def call(self, method, path, body=None, token=TOKEN, connection=None):
        c = connection or self.connect()
        c.request(method, "/v1/" + path, None if body is None else json.dumps(body), {"X-Vault-Token": token})
        answer = c.getresponse()
        raw = answer.read()
        return answer.status, json.loads(raw) if raw else None

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def load(server, worker, round_number, acknowledged, stop):
    connection = server.connect()
    n = 0
    while not stop.is_set():
        n += 1
        name = f"r{round_number}w{worker}n{n}"
        try:
            if n % 5 == 0:
                status, body = server.call("POST", "auth/token/create", {"policies": ["default"], "ttl": "1h"}, connection=connection)
                if status == 200:
                    acknowledged.append(("token", body["request_id"], body["auth"]["client_token"]))
            else:
                status, body = server.call("POST", "secret/data/" + name, {"data": {"name": name, "twin": name}}, connection=connection)
                if status == 200:
                    acknowledged.append(("secret", body["request_id"], name))
        except (OSError, http.client.HTTPException):
            return


def crash_rounds(work):
    data, audit = os.path.join(work, "data"), os.path.join(work, "audit.log")
    os.makedirs(data, mode=0o700)
    acknowledged, ready = [], []
    server = Server(data, audit)
    for number in range(ROUNDS):
        mine, stop = [], threading.Event()
        threads = [threading.Thread(target=load, args=(server, w, number, mine, stop)) for w in range(16)]
        for t in threads:
            t.start()
        time.sleep(random.uniform(0.0, 1.0))
        server.kill()
        stop.set()
        for t in threads:
            t.join()
        server = Server(data, audit)
        ready.append(server.ready)
        connection = server.connect()
        for kind, _, what in random.sample(mine, min(len(mine), 150)):
            if kind == "secret":
                status, body = server.call("GET", "secret/data/" + what, connection=connection)
                check("an acknowledged write is there and whole", status == 200 and body["data"]["data"] == {"name": what, "twin": what}, f"round {number} {what}: {status}")
            else:
                status, _ = server.call("GET", "auth/token/lookup-self", token=what, connection=connection)
                check("an acknowledged token works", status == 200, f"round {number}: {status}")
        acknowledged += mine
    answered = set()
    for line in open(audit, "rb"):
        try:
            record = json.loads(line)
        except ValueError:
            continue  # a line that the kill tore; verify says what it thinks of it
        if record.get("type") == "response":
            answered.add(record["request"]["id"])
    missing = [rid for _, rid, _ in acknowledged if rid not in answered]
    check("every acknowledged answer is in the audit log", not missing, f"{len(missing)} of {len(acknowledged)} are not")
    server.kill()
    verified = subprocess.run([WATCHWORD, "audit", "verify", audit], capture_output=True, text=True)
    check("the audit chain is whole", verified.returncode == 0, (verified.stdout + verified.stderr)[-600:])
    ready.sort()
    print(f"{ROUNDS} kills, {len(acknowledged)} acknowledged writes, {checks} of them and their records looked for; "
          f"ready again after {ready[len(ready) // 2]:.2f} s (median), {ready[-1]:.2f} s (longest)")


def flushes(work):
    """Between the arrival of a write and its acknowledgement, the store's log is flushed."""
    data, trace = os.path.join(work, "traced"), os.path.join(work, "trace")
    os.makedirs(data, mode=0o700)
    server = Server(data, os.path.join(work, "audit2.log"), prefix=("strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", trace))
    connection = server.connect()
    server.call("POST", "secret/data/warm", {"data": {"k": "v"}}, connection=connection)
    for n in range(200):
        before = open(trace).read().count("sync(")
        status, _ = server.call("POST", f"secret/data/f{n}", {"data": {"n": n}}, connection=connection)
        after = len(re.findall(r"(fsync|fdatasync)\(\d+\)\s+= 0|(fsync|fdatasync) resumed>.*= 0", open(trace).read()))
        check("a write is acknowledged after a flush", status == 200 and after > 0 and open(trace).read().count("sync(") > before, f"write {n}")
    os.killpg(server.process.pid, signal.SIGKILL)


work = tempfile.mkdtemp()
try:
    crash_rounds(work)
    flushes(work)
finally:
    shutil.rmtree(work, ignore_errors=True)
print(f"{checks - len(failures)} passed, {len(failures)} failed")
sys.exit(1 if failures else 0)
