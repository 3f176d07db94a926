import json
import os
import pathlib
import signal
import socket
import ssl
import stat
import subprocess
import time

import hvac
import pytest

WATCHWORD = os.environ["WATCHWORD"]


def certificate(folder, name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "tls.key", "-out", folder / "tls.crt"], check=True, capture_output=True)


class Server:
    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        (folder / "c.hcl").write_text(f"""
            cluster_name = "interop"
            storage "sqlite" {{ path = "{folder}/data/store.db" }}
            listener "tcp" {{
              address       = "127.0.0.1:{self.port}"
              tls_cert_file = "{folder}/tls.crt"
              tls_key_file  = "{folder}/tls.key"
            }}
            listener "unix" {{
              address     = "{folder}/api.sock"
              socket_mode = "600"
            }}
            audit "file" "main" {{ options {{ file_path = "{folder}/audit.log" }} }}
        """)
        self.start()

    def start(self):
        self.log = open(self.folder / "server.log", "a")
        self.process = subprocess.Popen([WATCHWORD, "server", f"-config={self.folder}/c.hcl"], stderr=self.log, stdout=self.log)
        deadline = time.time() + 60
        while time.time() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert self.process.poll() is None, (self.folder / "server.log").read_text()
                time.sleep(0.05)
        raise AssertionError("did not start")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def cli(self, *words, token="", input=None):
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "VAULT_ADDR": f"https://127.0.0.1:{self.port}", "VAULT_CACERT": str(self.folder / "tls.crt"), "VAULT_TOKEN": token}
        return subprocess.run([WATCHWORD, *words], env=env, capture_output=True, text=True, input=input)

    def served_certificate(self):
        return ssl.get_server_certificate(("127.0.0.1", self.port))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    certificate(folder, "first")
    running = Server(folder)
    yield running
    running.process.kill()


@pytest.fixture(scope="module")
def keys(server):
    assert server.cli("status").returncode == 2
    done = server.cli("operator", "init", "-key-shares=3", "-key-threshold=2", "-format=json")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert len(made["keys_base64"]) == 3 and len(set(made["keys_base64"])) == 3
    unseal(server, made, 0, 1)
    return made


def unseal(server, keys, *which):
    for share in which:
        done = server.cli("operator", "unseal", "-", input=keys["keys_base64"][share])
        assert done.returncode == 0, done.stderr
    assert server.cli("status").returncode == 0


def test_it_is_initialized_once_and_unsealed_by_any_two_shares(server, keys):
    again = server.cli("operator", "init")
    assert again.returncode == 2 and "already initialized" in again.stderr
    assert server.cli("operator", "seal", token=keys["root_token"]).returncode == 0
    assert server.cli("status").returncode == 2
    refused = server.cli("read", "sys/mounts", token=keys["root_token"])
    assert refused.returncode == 2 and "sealed" in refused.stderr
    server.cli("operator", "unseal", keys["keys_base64"][1])
    server.cli("operator", "unseal", keys["keys_base64"][1])
    assert server.cli("status").returncode == 2, "the same share twice counts once"
    unseal(server, keys, 2)


def test_secrets_survive_a_restart(server, keys):
    root = keys["root_token"]
    assert server.cli("secrets", "enable", "-path=secret", "-version=2", "kv", token=root).returncode == 0
    assert server.cli("kv", "put", "secret/x", "k=canary-restart", token=root).returncode == 0
    assert server.stop() in (0, 143)
    server.start()
    assert server.cli("status").returncode == 2
    unseal(server, keys, 0, 2)
    assert server.cli("kv", "get", "-field=k", "secret/x", token=root).stdout == "canary-restart"


def test_a_login_is_kept_for_its_user_alone(server, keys):
    assert server.cli("login", "-", input=keys["root_token"]).returncode == 0
    file = server.folder / ".vault-token"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert server.cli("token", "lookup", "-field=display_name").stdout.strip() == "root"
    file.unlink()


def test_a_certificate_is_reloaded_without_a_restart(server, keys):
    before = server.served_certificate()
    certificate(server.folder, "second")
    server.process.send_signal(signal.SIGHUP)
    deadline = time.time() + 20
    while server.served_certificate() == before and time.time() < deadline:
        time.sleep(0.1)
    assert server.served_certificate() != before
    assert hvac.Client(url=f"https://127.0.0.1:{server.port}", token=keys["root_token"], verify=str(server.folder / "tls.crt")).is_authenticated()


def test_the_unix_socket_answers_and_is_for_its_owner(server, keys):
    path = server.folder / "api.sock"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    done = subprocess.run(["curl", "-s", "--unix-socket", str(path), "http://localhost/v1/sys/health"], capture_output=True, text=True)
    assert json.loads(done.stdout)["sealed"] is False


def test_nothing_secret_is_readable_by_others_or_in_the_clear(server, keys):
    root = keys["root_token"]
    for file in [server.folder / "audit.log", *pathlib.Path(server.folder / "data").iterdir()]:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        raw = file.read_bytes()
        for secret in [root, "canary-restart", *keys["keys_base64"], *keys["keys"]]:
            assert secret.encode() not in raw, file
    log = (server.folder / "server.log").read_text()
    assert root not in log and "canary-restart" not in log


def test_the_audit_log_is_whole(server, keys):
    done = server.cli("audit", "verify", str(server.folder / "audit.log"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_old_tls_is_refused(server, keys):
    for flag in ("-tls1", "-tls1_1"):
        done = subprocess.run(["openssl", "s_client", flag, "-connect", f"127.0.0.1:{server.port}"], capture_output=True, text=True, input="")
        assert "Cipher is (NONE)" in done.stdout or done.returncode != 0
    done = subprocess.run(["openssl", "s_client", "-tls1_2", "-connect", f"127.0.0.1:{server.port}"], capture_output=True, text=True, input="")
    assert "ECDHE" in done.stdout
