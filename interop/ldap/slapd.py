"""An OpenLDAP of a test's own: its data in a temporary folder, on loopback, with TLS."""

import os
import shutil
import socket
import subprocess
import tempfile
import time

SUFFIX = "dc=example,dc=org"
ADMIN = f"cn=admin,{SUFFIX}"
PASSWORD = "directory-admin"

ENTRIES = f"""
dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=people,{SUFFIX}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{SUFFIX}
objectClass: organizationalUnit
ou: groups

dn: uid=ada,ou=people,{SUFFIX}
objectClass: inetOrgPerson
uid: ada
cn: Ada Lovelace
sn: Lovelace
userPassword: engine

dn: uid=bob,ou=people,{SUFFIX}
objectClass: inetOrgPerson
uid: bob
cn: Bob (Builder)
sn: Builder
userPassword: hammer

dn: cn=Researchers,ou=groups,{SUFFIX}
objectClass: groupOfNames
cn: Researchers
member: uid=ada,ou=people,{SUFFIX}

dn: cn=ops,ou=groups,{SUFFIX}
objectClass: groupOfNames
cn: ops
member: uid=bob,ou=people,{SUFFIX}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Slapd:
    def __init__(self, rules=""):
        """`rules`: access rules that come before the usual ones."""
        self.folder = tempfile.mkdtemp(prefix="watchword-slapd-")
        self.port, self.tls_port = free_port(), free_port()
        self.authority = f"{self.folder}/ca.pem"
        self._certificates()
        os.mkdir(f"{self.folder}/data")
        with open(f"{self.folder}/slapd.conf", "w") as conf:
            conf.write("".join(f"include /etc/ldap/schema/{name}.schema\n" for name in ("core", "cosine", "nis", "inetorgperson")))
            conf.write(f"""modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {self.folder}/pid
TLSCACertificateFile {self.authority}
TLSCertificateFile {self.folder}/server.pem
TLSCertificateKeyFile {self.folder}/server.key
database mdb
suffix "{SUFFIX}"
rootdn "{ADMIN}"
rootpw {PASSWORD}
directory {self.folder}/data
{rules}
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree="ou=groups,{SUFFIX}" by anonymous read by * read
access to * by users read by * none
""")
        self.process = None
        self.start()
        self.change("ldapadd", ENTRIES)

    def _certificates(self):
        def openssl(*words):
            subprocess.run(["openssl", *words], check=True, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.pem")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
        with open(f"{self.folder}/ext", "w") as ext:
            ext.write("subjectAltName=DNS:localhost\n")
        openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "ext", "-out", "server.pem")

    def start(self):
        self.process = subprocess.Popen(
            [shutil.which("slapd") or "/usr/sbin/slapd", "-d", "0", "-f", f"{self.folder}/slapd.conf", "-h", f"ldap://127.0.0.1:{self.port} ldaps://127.0.0.1:{self.tls_port}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert self.process.poll() is None and time.monotonic() < deadline, "slapd did not start"
                time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def change(self, program, text):
        subprocess.run([program, "-x", "-H", f"ldap://127.0.0.1:{self.port}", "-D", ADMIN, "-w", PASSWORD], input=text.encode(), check=True, stdout=subprocess.DEVNULL)
