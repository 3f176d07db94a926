import json
import os
import socket
import ssl
import subprocess
import time

import hvac
import pytest

WATCHWORD = os.environ["WATCHWORD"]
SERVER_NAMES = "subjectAltName=IP:127.0.0.1"


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def authority(folder, file, subject):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 2, "-subj", subject, "-keyout", folder / f"{file}.key", "-out", folder / f"{file}.crt")
    return (folder / f"{file}.crt").read_text()


def issue(folder, ca, file, subject, extension="extendedKeyUsage=clientAuth"):
    (folder / f"{file}.ext").write_text(extension)
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject, "-keyout", folder / f"{file}.key", "-out", folder / f"{file}.csr")
    openssl("x509", "-req", "-in", folder / f"{file}.csr", "-CA", folder / f"{ca}.crt", "-CAkey", folder / f"{ca}.key", "-days", 2, "-extfile", folder / f"{file}.ext", "-out", folder / f"{file}.crt")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A server with TLS, and a second listener that believes a proxy on this machine."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.behind = free_port()
        listener = 'listener "tcp" {{\n address = "127.0.0.1:{port}"\n tls_cert_file = "{folder}/server.crt"\n tls_key_file = "{folder}/server.key"\n {more}\n}}\n'
        (folder / "c.hcl").write_text(f'storage "sqlite" {{ path = "{folder}/data/store.db" }}\n' + listener.format(port=self.port, folder=folder, more="") + listener.format(
            port=self.behind, folder=folder, more='x_forwarded_for_authorized_addrs = "127.0.0.1"\n x_forwarded_for_reject_not_present = false'))
        log = open(folder / "server.log", "w")
        self.process = subprocess.Popen([WATCHWORD, "server", f"-config={folder}/c.hcl"], stderr=log, stdout=log)
        deadline = time.time() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                assert self.process.poll() is None and time.time() < deadline, (folder / "server.log").read_text()
                time.sleep(0.05)
        opened = self.client().sys.initialize(secret_shares=1, secret_threshold=1)
        self.client().sys.submit_unseal_key(opened["keys"][0])
        self.root = self.client(token=opened["root_token"])

    def client(self, cert=None, token=None):
        shown = (str(self.folder / f"{cert}.crt"), str(self.folder / f"{cert}.key")) if cert else None
        return hvac.Client(url=f"https://127.0.0.1:{self.port}", verify=str(self.folder / "web.crt"), cert=shown, token=token)

    def curl(self, cert, port=None, *words):
        answer = subprocess.run(["curl", "-sS", "--cacert", self.folder / "web.crt", "--cert", self.folder / f"{cert}.crt", "--key", self.folder / f"{cert}.key", *words, "-X", "POST", "-d", "{}",
                                 f"https://127.0.0.1:{port or self.port}/v1/auth/cert/login"], capture_output=True, text=True, check=True)
        return json.loads(answer.stdout)

    def context(self, cert, version):
        context = ssl.create_default_context(cafile=self.folder / "web.crt")
        context.load_cert_chain(self.folder / f"{cert}.crt", self.folder / f"{cert}.key")
        context.minimum_version = context.maximum_version = version
        return context

    def login(self, context, session=None):
        """One login on a connection of its own: the answer, whether the session went on, and the session for the next."""
        with context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), 5), server_hostname="127.0.0.1", session=session) as connection:
            connection.sendall(b"POST /v1/auth/cert/login HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
            answer = b""
            while more := connection.recv(65536):
                answer += more
            return int(answer.split(b" ", 2)[1]), connection.session_reused, connection.session


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cert")
    authority(folder, "web", "/CN=web")
    issue(folder, "web", "server", "/CN=server", SERVER_NAMES)
    authority(folder, "clients", "/CN=clients")
    authority(folder, "twin", "/CN=clients")
    issue(folder, "clients", "trainer", "/CN=trainer")
    issue(folder, "clients", "sibling", "/CN=trainer")
    issue(folder, "twin", "stranger", "/CN=trainer")
    running = Server(folder)
    running.root.sys.enable_auth_method("cert")
    yield running
    running.process.kill()
    running.process.wait()


@pytest.fixture(autouse=True)
def trusted(server):
    server.root.auth.cert.create_ca_certificate_role(name="ml", certificate=(server.folder / "clients.crt").read_text(), token_policies=["trainer"], token_ttl="10m")


def test_a_certificate_logs_in_and_its_token_is_renewed_with_it(server):
    trainer = server.client("trainer")
    auth = trainer.auth.cert.login()["auth"]
    assert auth["policies"] == ["default", "trainer"] and auth["metadata"]["common_name"] == "trainer"
    trainer.token = auth["client_token"]
    assert trainer.auth.token.lookup_self()["data"]["display_name"] == "cert-ml"
    assert trainer.auth.token.renew_self()["auth"]["lease_duration"] == 600
    sibling = server.client("sibling", token=auth["client_token"])
    with pytest.raises(hvac.exceptions.Forbidden, match="client identity during renewal"):
        sibling.auth.token.renew_self()
    with pytest.raises(hvac.exceptions.Forbidden):
        server.client(token=auth["client_token"]).auth.token.renew_self()


def test_nobody_logs_in_by_a_name_alone(server):
    assert server.curl("trainer")["auth"]["policies"] == ["default", "trainer"]
    assert server.curl("stranger") == {"errors": ["invalid certificate or no client certificate supplied"]}
    with pytest.raises(hvac.exceptions.InvalidRequest, match="client certificate must be supplied"):
        server.client().write_data("auth/cert/login", data={})


def test_a_proxy_s_certificate_logs_in_nobody_that_it_speaks_for(server):
    assert server.curl("trainer", server.behind, "-H", "X-Forwarded-For: 192.0.2.7") == {"errors": ["client certificate must be supplied"]}
    assert "auth" in server.curl("trainer", server.behind)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_session_that_goes_on_does_not_outlive_the_trust_it_began_with(server, version):
    context = server.context("trainer", version)
    status, again, session = server.login(context)
    assert status == 200 and not again
    status, again, session = server.login(context, session)
    assert status == 200 and again, "a session goes on, with its certificate"
    server.root.auth.cert.delete_certificate_role("ml")
    status, again, _ = server.login(context, session)
    assert status == 400 and again
