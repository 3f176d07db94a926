"""Databases of a test's own: their data in temporary folders, on loopback, for as long as the test."""

import glob
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ADMIN_PASSWORD = "canary-admin-1"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def as_user(name, group=None):
    return ["setpriv", f"--reuid={name}", f"--regid={group or name}", "--clear-groups"] if os.getuid() == 0 else []


class Program:
    STOP = signal.SIGTERM

    def __init__(self, kind, user, group=None):
        self.folder = tempfile.mkdtemp(prefix=f"watchword-{kind}-")
        self.port = free_port()
        self.user = as_user(user, group)
        self.process = None
        if self.user:
            shutil.chown(self.folder, user)

    def run(self, *words):
        subprocess.run([*self.user, *words], check=True, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def begin(self, *words):
        log = open(f"{self.folder}/log", "a")
        self.process = subprocess.Popen([*self.user, *words], cwd=self.folder, stdout=log, stderr=log)
        deadline = time.time() + 90
        while time.time() < deadline and self.process.poll() is None:
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError(open(f"{self.folder}/log").read())

    def close(self):
        if self.process:
            self.process.send_signal(self.STOP)
            self.process.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)


class Postgres(Program):
    """Its user `watchword` may do everything. With an authority it takes TLS alone, from clients with a certificate."""

    STOP = signal.SIGINT  # it waits for nobody

    def __init__(self, authority=None):
        super().__init__("pg", "postgres")
        programs = max(glob.glob("/usr/lib/postgresql/*/bin"))
        with open(f"{self.folder}/password", "w") as file:
            file.write(ADMIN_PASSWORD)
        os.chmod(f"{self.folder}/password", 0o644)
        self.run(f"{programs}/initdb", "-D", f"{self.folder}/data", "-U", "watchword", "-A", "scram-sha-256", "--pwfile", f"{self.folder}/password", "-E", "UTF8", "--no-sync")
        self.begin(f"{programs}/postgres", "-D", f"{self.folder}/data", "-c", "listen_addresses=127.0.0.1", "-p", str(self.port), "-k", self.folder, "-c", "fsync=off", "-c", "max_connections=200", *self._tls(authority))

    def _tls(self, authority):
        if not authority:
            return []
        authority.files_for(self, "postgres")
        with open(f"{self.folder}/hba", "w") as file:
            file.write("hostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-ca\n")
        os.chmod(f"{self.folder}/hba", 0o644)
        return ["-c", "ssl=on", "-c", f"ssl_cert_file={self.folder}/server.pem", "-c", f"ssl_key_file={self.folder}/server.key", "-c", f"ssl_ca_file={self.folder}/ca.pem", "-c", f"hba_file={self.folder}/hba"]


class MariaDb(Program):
    """Its user `admin` may do everything. With an authority it takes TLS alone."""

    def __init__(self, authority=None):
        super().__init__("mariadb", "mysql")
        data = f"{self.folder}/data"
        self.run("mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db")
        with open(f"{self.folder}/first.sql", "w") as file:
            file.write(f"CREATE USER 'admin'@'%' IDENTIFIED BY '{ADMIN_PASSWORD}';\nGRANT ALL PRIVILEGES ON *.* TO 'admin'@'%' WITH GRANT OPTION;\nCREATE DATABASE app;\n")
        tls = []
        if authority:
            authority.files_for(self, "mysql")
            tls = ["--require-secure-transport=ON", f"--ssl-cert={self.folder}/server.pem", f"--ssl-key={self.folder}/server.key", f"--ssl-ca={self.folder}/ca.pem"]
        self.begin("mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={self.folder}/socket", "--bind-address=127.0.0.1", f"--port={self.port}", "--skip-name-resolve",
                   "--innodb-buffer-pool-size=16M", f"--init-file={self.folder}/first.sql", *tls)


class Redis(Program):
    """Its user `default` may do everything. With an authority it takes TLS alone."""

    def __init__(self, authority=None):
        super().__init__("redis", "nobody", "nogroup")
        port = ["--port", str(self.port)]
        if authority:
            authority.files_for(self, "nobody")
            port = ["--port", "0", "--tls-port", str(self.port), "--tls-cert-file", f"{self.folder}/server.pem", "--tls-key-file", f"{self.folder}/server.key", "--tls-ca-cert-file", f"{self.folder}/ca.pem",
                    "--tls-auth-clients", "no"]
        self.begin("redis-server", *port, "--bind", "127.0.0.1", "--save", "", "--requirepass", ADMIN_PASSWORD, "--dir", self.folder)


class Authority:
    """Signs certificates for 127.0.0.1, and for clients."""

    def __init__(self, folder):
        self.folder = folder
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=Test Authority", "-keyout", f"{folder}/ca.key", "-out", f"{folder}/ca.pem")
        for name in ("server", "client"):
            with open(f"{folder}/{name}.ext", "w") as file:
                file.write("subjectAltName=IP:127.0.0.1\n")
            self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.csr")
            self._openssl("x509", "-req", "-in", f"{folder}/{name}.csr", "-CA", f"{folder}/ca.pem", "-CAkey", f"{folder}/ca.key", "-CAcreateserial", "-days", "2", "-extfile", f"{folder}/{name}.ext",
                          "-out", f"{folder}/{name}.pem")

    def _openssl(self, *words):
        subprocess.run(["openssl", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def pem(self, name):
        with open(f"{self.folder}/{name}") as file:
            return file.read()

    def files_for(self, program, user):
        """Where a server finds its own."""
        for name in ("ca.pem", "server.pem", "server.key"):
            shutil.copy(f"{self.folder}/{name}", f"{program.folder}/{name}")
            os.chmod(f"{program.folder}/{name}", 0o600)
            if program.user:
                shutil.chown(f"{program.folder}/{name}", user)
