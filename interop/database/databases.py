"""Databases of a test's own: their data in temporary folders, on loopback, for as long as the test."""

import glob
import os
import shutil
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
            self.process.terminate()
            self.process.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)


class Postgres(Program):
    """Its user `watchword` may do everything."""

    def __init__(self):
        super().__init__("pg", "postgres")
        programs = max(glob.glob("/usr/lib/postgresql/*/bin"))
        with open(f"{self.folder}/password", "w") as file:
            file.write(ADMIN_PASSWORD)
        os.chmod(f"{self.folder}/password", 0o644)
        self.run(f"{programs}/initdb", "-D", f"{self.folder}/data", "-U", "watchword", "-A", "scram-sha-256", "--pwfile", f"{self.folder}/password", "-E", "UTF8", "--no-sync")
        self.begin(f"{programs}/postgres", "-D", f"{self.folder}/data", "-c", "listen_addresses=127.0.0.1", "-p", str(self.port), "-k", self.folder, "-c", "fsync=off", "-c", "max_connections=200")


class MariaDb(Program):
    """Its user `admin` may do everything."""

    def __init__(self):
        super().__init__("mariadb", "mysql")
        data = f"{self.folder}/data"
        self.run("mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db")
        with open(f"{self.folder}/first.sql", "w") as file:
            file.write(f"CREATE USER 'admin'@'%' IDENTIFIED BY '{ADMIN_PASSWORD}';\nGRANT ALL PRIVILEGES ON *.* TO 'admin'@'%' WITH GRANT OPTION;\nCREATE DATABASE app;\n")
        self.begin("mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={self.folder}/socket", "--bind-address=127.0.0.1", f"--port={self.port}", "--skip-name-resolve",
                   "--innodb-buffer-pool-size=16M", f"--init-file={self.folder}/first.sql")


class Redis(Program):
    """Its user `default` may do everything."""

    def __init__(self):
        super().__init__("redis", "nobody", "nogroup")
        self.begin("redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--requirepass", ADMIN_PASSWORD, "--dir", self.folder)
