"""A control plane of one API server and one etcd, and what the tests ask of it."""

import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

ISSUER = "https://kubernetes.default.svc.cluster.local"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Cluster:
    """Ends with close(); nothing of it is left."""

    def __init__(self):
        found = pathlib.Path(os.environ["KUBERNETES_BINARIES"])
        self.folder = tempfile.TemporaryDirectory()
        self.work = pathlib.Path(self.folder.name)
        self.started = []
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.public_key = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        (self.work / "sa.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()))
        (self.work / "sa.pub").write_text(self.public_key)
        (self.work / "tokens.csv").write_text('admin-token,admin,admin-uid,"system:masters"\n')
        etcd, peers, self.port = free_port(), free_port(), free_port()
        self.address = f"https://127.0.0.1:{self.port}"
        self.start("etcd", next(found.glob("etcd-*")), "--data-dir", self.work / "etcd", "--unsafe-no-fsync",
                   "--listen-client-urls", f"http://127.0.0.1:{etcd}", "--advertise-client-urls", f"http://127.0.0.1:{etcd}", "--listen-peer-urls", f"http://127.0.0.1:{peers}",
                   "--initial-advertise-peer-urls", f"http://127.0.0.1:{peers}", "--initial-cluster", f"default=http://127.0.0.1:{peers}")
        self.start("api", next(found.glob("kube-apiserver-*")), f"--etcd-servers=http://127.0.0.1:{etcd}", "--bind-address=127.0.0.1", f"--secure-port={self.port}", f"--cert-dir={self.work}/certs",
                   "--authorization-mode=RBAC", f"--token-auth-file={self.work}/tokens.csv", f"--service-account-issuer={ISSUER}", f"--service-account-key-file={self.work}/sa.pub",
                   f"--service-account-signing-key-file={self.work}/sa.key", "--service-cluster-ip-range=10.0.0.0/24", "--disable-admission-plugins=ServiceAccount", "--endpoint-reconciler-type=none")
        self.wait()

    def start(self, name, program, *arguments):
        log = open(self.work / f"{name}.log", "wb")
        self.started.append(subprocess.Popen([str(program), *map(str, arguments)], stdout=log, stderr=log, cwd=self.work))

    def wait(self):
        for _ in range(600):
            if any(process.poll() is not None for process in self.started):
                break
            try:
                if self.ask("GET", "/readyz", raw=True) == b"ok" and self.ask("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:auth-delegator"):
                    return
            except (OSError, FileNotFoundError):
                pass
            time.sleep(0.2)
        logs = "\n".join((self.work / f"{name}.log").read_text(errors="replace")[-3000:] for name in ("etcd", "api"))
        self.close()
        raise AssertionError("the cluster did not start:\n" + logs)

    def close(self):
        for process in reversed(self.started):
            process.send_signal(signal.SIGTERM)
        for process in reversed(self.started):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.folder.cleanup()

    @property
    def authorities(self):
        return (self.work / "certs" / "apiserver.crt").read_text()

    def ask(self, method, path, body=None, raw=False):
        request = urllib.request.Request(self.address + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Authorization": "Bearer admin-token", "Content-Type": "application/json"})
        trust = ssl.create_default_context(cafile=str(self.work / "certs" / "apiserver.crt"))
        with urllib.request.urlopen(request, context=trust, timeout=30) as answer:
            text = answer.read()
        return text if raw else json.loads(text)

    def namespace(self, name, labels=None):
        try:
            self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name, "labels": labels or {}}})
        except urllib.error.HTTPError as already:
            assert already.code == 409

    def account(self, namespace, name, annotations=None):
        self.ask("POST", f"/api/v1/namespaces/{namespace}/serviceaccounts", {"metadata": {"name": name, "annotations": annotations or {}}})

    def token(self, namespace, name, audience=None, pod=None):
        spec = {"expirationSeconds": 600}
        if audience:
            spec["audiences"] = [audience]
        if pod:
            spec["boundObjectRef"] = {"kind": "Pod", "apiVersion": "v1", "name": pod}
        return self.ask("POST", f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token", {"spec": spec})["status"]["token"]

    def pod(self, namespace, name, account):
        self.ask("POST", f"/api/v1/namespaces/{namespace}/pods", {"metadata": {"name": name}, "spec": {"serviceAccountName": account, "containers": [{"name": "c", "image": "none"}]}})

    def delete(self, namespace, kind, name):
        self.ask("DELETE", f"/api/v1/namespaces/{namespace}/{kind}/{name}", {"gracePeriodSeconds": 0})

    def grant(self, name, role, namespace, account):
        self.ask("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
            "metadata": {"name": name}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
            "subjects": [{"kind": "ServiceAccount", "namespace": namespace, "name": account}]})
