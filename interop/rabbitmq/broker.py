"""A RabbitMQ of a test's own: on loopback, its data in a temporary folder, with the management plugin."""

import base64
import json
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

LIB = "/usr/lib/rabbitmq/lib"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Broker:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="watchword-rabbitmq-")
        work = pathlib.Path(self.folder)
        self.port, self.management, self.distribution = free_port(), free_port(), free_port()
        self.user, self.password = "maker", secrets.token_hex(16)
        (work / "rabbitmq.conf").write_text(f"""listeners.tcp.1 = 127.0.0.1:{self.port}
management.tcp.ip = 127.0.0.1
management.tcp.port = {self.management}
default_user = {self.user}
default_pass = {self.password}
loopback_users = none
log.console = true
log.file = false
""")
        (work / "enabled_plugins").write_text("[rabbitmq_management].\n")
        # Erlang's own cookie and port mapper are kept out of the home folder and off the network.
        epmd = free_port()
        self.environment = {**os.environ, "HOME": self.folder, "RABBITMQ_NODENAME": f"test-{self.port}@localhost", "RABBITMQ_MNESIA_BASE": f"{work}/data", "RABBITMQ_LOG_BASE": f"{work}/log",
                            "RABBITMQ_CONFIG_FILE": f"{work}/rabbitmq", "RABBITMQ_ENABLED_PLUGINS_FILE": f"{work}/enabled_plugins", "RABBITMQ_DIST_PORT": str(self.distribution),
                            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false -erl_epmd_port %d" % self.distribution, "ERL_EPMD_ADDRESS": "127.0.0.1",
                            "ERL_EPMD_PORT": str(epmd), "RABBITMQ_PID_FILE": f"{work}/pid", "RABBITMQ_CONF_ENV_FILE": f"{work}/none", "LC_ALL": "C.UTF-8"}
        server = next(pathlib.Path(LIB).glob("rabbitmq_server-*/sbin/rabbitmq-server"))
        self.log = open(work / "out.log", "wb")
        self.process = subprocess.Popen([str(server)], env=self.environment, stdout=self.log, stderr=self.log, cwd=self.folder, start_new_session=True)
        deadline = time.monotonic() + 180
        while True:
            try:
                self.ask("GET", "/api/whoami")
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    text = (work / "out.log").read_text(errors="replace")[-3000:]
                    self.close()
                    raise AssertionError("the broker did not start:\n" + text)
                time.sleep(0.3)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.management}"

    def ask(self, method, path, body=None):
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        request = urllib.request.Request(self.address + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Authorization": f"Basic {pair}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def users(self):
        return {user["name"] for user in self.ask("GET", "/api/users")}

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(30)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        # Erlang's port mapper goes on by itself; this one was on a port of the test's own.
        subprocess.run([shutil.which("epmd") or "/usr/bin/epmd", "-kill"], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
