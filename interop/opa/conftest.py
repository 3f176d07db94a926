import base64
import json
import os
import pathlib
import socket
import subprocess
import time

import pytest
import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Watchword:
    """A server, asked with any token."""

    def ask(self, method, path, by=None, wrap_ttl=None, **fields):
        headers = {"X-Vault-Token": by or os.environ["VAULT_TOKEN"], **({"X-Vault-Wrap-TTL": wrap_ttl} if wrap_ttl else {})}
        return requests.request(method, f"{os.environ['VAULT_ADDR']}/v1/{path}", headers=headers, json=fields or None, timeout=30)

    def do(self, method, path, by=None, **fields):
        answer = self.ask(method, path, by, **fields)
        assert answer.status_code < 300, (path, answer.status_code, answer.text)
        return answer.json() if answer.text else {}

    def token(self, *policies, **meta):
        made = self.do("POST", "auth/token/create", policies=list(policies), ttl="1h", meta={k: str(v) for k, v in meta.items()})
        return made["auth"]["client_token"]

    def judged(self, path):
        """What OPA policies said of the last request for a path: by the audit log, by their names."""
        lines = [json.loads(line) for line in open(os.environ["AUDIT_LOG"])]
        of_path = [line for line in lines if line.get("type") == "response" and line["request"]["path"] == path]
        return {each["name"]: each for each in of_path[-1]["auth"]["policy_results"].get("opa", [])}


@pytest.fixture(scope="session")
def watchword():
    return Watchword()


@pytest.fixture(scope="session")
def opa():
    """Runs the real opa."""
    return lambda *arguments: subprocess.run([os.environ["OPA"], *map(str, arguments)], cwd=ROOT / "deploy/opa", capture_output=True, text=True, timeout=120)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture
def serve():
    """Starts OPA servers on this machine, and ends them."""
    running = []

    def start(*arguments, tls=False, port=None):
        port = port or free_port()
        process = subprocess.Popen([os.environ["OPA"], "run", "--server", "--disable-telemetry", "--addr", f"127.0.0.1:{port}", *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        running.append(process)
        url = f"http{'s' if tls else ''}://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while True:
            try:
                requests.get(f"{url}/health", timeout=5, verify=False)
                return url, process
            except requests.RequestException:
                assert time.monotonic() < deadline and process.poll() is None, "OPA did not start"
                time.sleep(0.1)

    yield start
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def guard(watchword):
    """Sets OPA policies, and takes them away."""
    names = []

    def put(name, **fields):
        names.append(name)
        return watchword.do("POST", f"sys/policies/opa/{name}", **fields)

    yield put
    for name in names:
        watchword.do("DELETE", f"sys/policies/opa/{name}")


@pytest.fixture(scope="session")
def bundles(tmp_path_factory):
    """Bundles built from the sources of this checkout, as base64."""
    folder = tmp_path_factory.mktemp("bundles")
    subprocess.run([ROOT / "interop/opa/bundles", folder], check=True, timeout=120)
    return {path.name.split(".")[0]: base64.b64encode(path.read_bytes()).decode() for path in folder.iterdir()}
