"""The ldap secrets engine with a real directory. Numbers 122 to 124 of the vulnerability list are here, for names that are LDAP."""

import os
import subprocess
import time

import hvac
import pytest
from hvac.exceptions import InvalidRequest, VaultError

from slapd import SUFFIX, Slapd

MANAGER = f"cn=manager,{SUFFIX}"
PEOPLE = f"ou=people,{SUFFIX}"
RULES = f"""access to attrs=userPassword by dn.exact="{MANAGER}" write by anonymous auth by * none
access to * by dn.exact="{MANAGER}" write by users read by * none
"""


@pytest.fixture(scope="module")
def directory():
    running = Slapd(RULES)
    running.change("ldapadd", f"dn: {MANAGER}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: manager\nuserPassword: first-manager\n")
    for name in ("svc1", "svc2"):
        running.change("ldapadd", f"dn: uid={name},{PEOPLE}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: {name}\nuserPassword: old-{name}\n")
    yield running
    running.close()


@pytest.fixture
def root(directory):
    directory.change("ldapmodify", f"dn: {MANAGER}\nchangetype: modify\nreplace: userPassword\nuserPassword: first-manager\n")
    client = hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])
    client.sys.enable_secrets_engine("ldap")
    client.secrets.ldap.configure(binddn=MANAGER, bindpass="first-manager", url=f"ldap://127.0.0.1:{directory.port}", userdn=PEOPLE, userattr="uid", schema="openldap")
    yield client
    client.sys.disable_secrets_engine("ldap")


def binds(directory, dn, password, url=None):
    return subprocess.run(["ldapwhoami", "-x", "-H", url or f"ldap://127.0.0.1:{directory.port}", "-D", dn, "-w", password], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def entries(directory, base, words="(objectClass=*)", scope="sub"):
    out = subprocess.run(["ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-H", f"ldap://127.0.0.1:{directory.port}", "-D", f"cn=admin,{SUFFIX}", "-w", "directory-admin", "-b", base, "-s", scope, words],
                         stdout=subprocess.PIPE, check=False)
    return out.stdout.decode()


def wait(until):
    deadline = time.monotonic() + 20
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_static_role_has_a_password_that_the_directory_takes(root, directory):
    ldap = root.secrets.ldap
    ldap.create_or_update_static_role(name="ada", username="ada", dn=f"uid=ada,{PEOPLE}", rotation_period="1h")
    assert not binds(directory, f"uid=ada,{PEOPLE}", "engine")
    first = ldap.generate_static_credentials(name="ada")["data"]
    assert first["username"] == "ada" and first["dn"] == f"uid=ada,{PEOPLE}" and first["rotation_period"] == 3600 and 3500 < first["ttl"] <= 3600
    assert binds(directory, f"uid=ada,{PEOPLE}", first["password"])
    ldap.rotate_static_credentials(name="ada")
    second = ldap.generate_static_credentials(name="ada")["data"]
    assert second["last_password"] == first["password"] and binds(directory, f"uid=ada,{PEOPLE}", second["password"]) and not binds(directory, f"uid=ada,{PEOPLE}", first["password"])
    assert ldap.read_static_role(name="ada")["data"]["rotation_period"] == 3600
    assert ldap.list_static_roles()["data"]["keys"] == ["ada"]
    ldap.delete_static_role(name="ada")
    assert binds(directory, f"uid=ada,{PEOPLE}", second["password"])


def test_a_password_changes_by_itself_at_its_time(root, directory):
    root.write_data("ldap/static-role/bob", data={"username": "bob", "rotation_period": "5s"})
    first = root.read("ldap/static-cred/bob")["data"]["password"]
    wait(lambda: root.read("ldap/static-cred/bob")["data"]["last_password"] == first)
    wait(lambda: binds(directory, f"uid=bob,{PEOPLE}", root.read("ldap/static-cred/bob")["data"]["password"]))
    root.delete("ldap/static-role/bob")


def test_the_bind_password_is_rotated_and_everything_goes_on(root, directory):
    root.secrets.ldap.rotate_root()
    assert not binds(directory, MANAGER, "first-manager")
    shown = root.secrets.ldap.read_config()["data"]
    assert shown["binddn"] == MANAGER and "bindpass" not in shown and shown["last_bind_password_rotation"] and shown["schema"] == "openldap"
    root.secrets.ldap.create_or_update_static_role(name="x", username="svc1", rotation_period="1h")
    assert binds(directory, f"uid=svc1,{PEOPLE}", root.secrets.ldap.generate_static_credentials(name="x")["data"]["password"])


CREATE = f"""dn: uid={{{{.Username}}}},{PEOPLE}
objectClass: inetOrgPerson
uid: {{{{.Username}}}}
cn: {{{{.DisplayName}}}}
sn: {{{{.Username}}}}
userPassword: {{{{.Password}}}}

dn: cn=ops,ou=groups,{SUFFIX}
changetype: modify
add: member
member: uid={{{{.Username}}}},{PEOPLE}
-
"""
DELETE = f"""dn: cn=ops,ou=groups,{SUFFIX}
changetype: modify
delete: member
member: uid={{{{.Username}}}},{PEOPLE}
-

dn: uid={{{{.Username}}}},{PEOPLE}
changetype: delete
"""


def test_an_account_is_made_for_a_lease_and_is_gone_with_it(root, directory):
    root.write_data("ldap/role/dev", data={"creation_ldif": CREATE, "deletion_ldif": DELETE, "default_ttl": "1h", "max_ttl": "2h"})
    made = root.read("ldap/creds/dev")
    name, dn = made["data"]["username"], made["data"]["distinguished_names"][0]
    assert made["lease_duration"] == 3600 and dn == f"uid={name},{PEOPLE}" and binds(directory, dn, made["data"]["password"])
    assert name in entries(directory, f"cn=ops,ou=groups,{SUFFIX}")
    root.sys.revoke_lease(made["lease_id"])
    wait(lambda: not binds(directory, dn, made["data"]["password"]))
    wait(lambda: name not in entries(directory, SUFFIX))


def test_who_has_an_odd_name_makes_no_other_entry(root, directory):
    """The name of the token's holder is LDAP; it stays the value it is."""
    root.write_data("ldap/role/odd", data={"creation_ldif": CREATE.replace("uid={{.Username}}", "cn={{.DisplayName}}").split("\n\n")[0] + "\n",
                                           "deletion_ldif": f"dn: cn={{{{.DisplayName}}}},{PEOPLE}\nchangetype: delete\n", "default_ttl": "1h"})
    before = entries(directory, SUFFIX).count("dn:")
    for display in (f"x,ou=groups,{SUFFIX}", "a+uid=bob", "*)(uid=*", "q\\", 'say "hi"', "semi;colon", "#hash"):
        token = root.auth.token.create(policies=["root"], display_name=display)["auth"]["client_token"]
        made = hvac.Client(url=os.environ["VAULT_ADDR"], token=token).read("ldap/creds/odd")
        text = entries(directory, PEOPLE, scope="one")
        assert entries(directory, SUFFIX).count("dn:") == before + 1, text
        assert binds(directory, made["data"]["distinguished_names"][0], made["data"]["password"])
        root.sys.revoke_lease(made["lease_id"])
        wait(lambda: entries(directory, SUFFIX).count("dn:") == before)
    for hostile in ("*", "sv*", "svc1)(uid=*", "\\2a"):
        with pytest.raises(VaultError, match="expected one matching entry, but received 0"):
            root.write_data("ldap/static-role/h", data={"username": hostile, "rotation_period": "1h"})


def test_what_the_directory_refuses_leaves_nothing(root, directory):
    root.write_data("ldap/role/half", data={"creation_ldif": CREATE.replace("cn=ops", "cn=nothing"), "deletion_ldif": DELETE.replace("cn=ops", "cn=nothing")})
    before = entries(directory, SUFFIX).count("dn:")
    with pytest.raises(VaultError, match="failed to run ModifyRequest"):
        root.read("ldap/creds/half")
    wait(lambda: entries(directory, SUFFIX).count("dn:") == before)


def test_accounts_are_lent_and_come_back_with_another_password(root, directory):
    root.write_data("ldap/library/team/set", data={"service_account_names": "svc1,svc2", "ttl": "1h", "max_ttl": "2h"})
    one = root.write_data("ldap/library/team/set/check-out", data={"ttl": "30m"})
    two = root.write_data("ldap/library/team/set/check-out", data={})
    assert one["lease_duration"] == 1800 and {one["data"]["service_account_name"], two["data"]["service_account_name"]} == {"svc1", "svc2"}
    assert binds(directory, f"uid=svc1,{PEOPLE}", one["data"]["password"])
    with pytest.raises(InvalidRequest, match="No service accounts available"):
        root.write_data("ldap/library/team/set/check-out", data={})
    assert root.read("ldap/library/team/set/status")["data"]["svc1"]["available"] is False
    assert root.write_data("ldap/library/team/set/check-in", data={"service_account_names": ["svc1"]})["data"]["check_ins"] == ["svc1"]
    assert not binds(directory, f"uid=svc1,{PEOPLE}", one["data"]["password"])
    root.sys.revoke_lease(two["lease_id"])
    wait(lambda: not binds(directory, f"uid=svc2,{PEOPLE}", two["data"]["password"]))
    wait(lambda: root.read("ldap/library/team/set/status")["data"]["svc2"]["available"])
    assert root.list("ldap/library")["data"]["keys"] == ["team/"]
    root.delete("ldap/library/team/set")


def test_tls_from_the_first_byte_and_by_starttls(root, directory):
    authority = open(directory.authority).read()
    for url, start in ((f"ldaps://localhost:{directory.tls_port}", False), (f"ldap://localhost:{directory.port}", True)):
        root.write_data("ldap/config", data={"url": url, "starttls": start, "certificate": authority})
        root.write_data("ldap/static-role/tls", data={"username": "svc1", "rotation_period": "1h"})
        assert binds(directory, f"uid=svc1,{PEOPLE}", root.read("ldap/static-cred/tls")["data"]["password"])
        root.delete("ldap/static-role/tls")
    root.write_data("ldap/config", data={"certificate": "", "url": f"ldaps://localhost:{directory.tls_port}", "starttls": False})
    with pytest.raises(VaultError, match="cannot be reached"):
        root.write_data("ldap/static-role/tls", data={"username": "svc1", "rotation_period": "1h"})
