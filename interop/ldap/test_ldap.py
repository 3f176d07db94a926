import os

import hvac
import pytest
from hvac.exceptions import Forbidden, InternalServerError, InvalidRequest, VaultError

from slapd import ADMIN, PASSWORD, SUFFIX, Slapd


@pytest.fixture(scope="module")
def directory():
    running = Slapd()
    yield running
    running.close()


@pytest.fixture
def root():
    client = hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])
    client.sys.enable_auth_method("ldap")
    yield client
    client.sys.disable_auth_method("ldap")


def configure(root, directory, **more):
    settings = dict(userdn=f"ou=people,{SUFFIX}", groupdn=f"ou=groups,{SUFFIX}", url=f"ldap://127.0.0.1:{directory.port}", binddn=ADMIN, bindpass=PASSWORD,
                    userattr="uid", groupattr="cn")
    settings.update(more)
    root.write("auth/ldap/config", **settings)


def login(username, password):
    client = hvac.Client(url=os.environ["VAULT_ADDR"])
    return client.auth.ldap.login(username=username, password=password)["auth"]


def test_groups_of_the_directory_and_of_the_user_give_policies(root, directory):
    configure(root, directory)
    root.auth.ldap.create_or_update_group("researchers", policies=["data-reader"])
    root.auth.ldap.create_or_update_group("extra", policies=["gpu"])
    root.auth.ldap.create_or_update_user("ada", policies=["own"], groups=["extra"])

    assert login("ada", "engine")["policies"] == ["data-reader", "default", "gpu", "own"]
    assert login("bob", "hammer")["policies"] == ["default"]
    assert root.auth.ldap.list_groups()["data"]["keys"] == ["extra", "researchers"]
    assert root.auth.ldap.read_user("ada")["data"] == {"groups": "extra", "policies": ["own"]}


def test_a_wrong_password_an_unknown_user_and_hostile_names_get_one_answer(root, directory):
    configure(root, directory)
    answers = set()
    for username, password in [("ada", "wrong"), ("nobody", "engine"), ("*", "engine"), ("ada)(uid=*", "engine"), ("ad*", "engine"), ("a" * 600, "engine"), ("uid=ada", "engine")]:
        with pytest.raises(InvalidRequest) as refused:
            login(username, password)
        answers.add(str(refused.value).split(", on ")[0])
    assert answers == {"ldap operation failed: failed to bind as user"}
    with pytest.raises(InvalidRequest, match="zero length"):
        login("ada", "")
    assert login("ada", "engine")["client_token"]


def test_every_spelling_of_a_name_is_one_user(root, directory):
    configure(root, directory)
    metadata = [login(name, "engine")["metadata"]["username"] for name in ("ada", "ADA", " Ada ", "Ａda")]
    assert set(metadata) == {"ada"}


def test_an_alias_is_the_attribute_with_no_parenthesis_lost(root, directory):
    configure(root, directory, userattr="cn", userfilter="(uid={{.Username}})")
    assert login("bob", "hammer")["client_token"]


def test_it_works_without_a_bind_of_ours_and_by_anonymous_groups(root, directory):
    configure(root, directory, binddn="", bindpass="", anonymous_group_search=False)
    root.auth.ldap.create_or_update_group("researchers", policies=["data-reader"])
    assert login("ada", "engine")["policies"] == ["data-reader", "default"]
    root.write("auth/ldap/config", anonymous_group_search=True)
    assert login("ada", "engine")["policies"] == ["data-reader", "default"]


def test_tls_is_checked(root, directory):
    authority = open(directory.authority).read()
    configure(root, directory, url=f"ldaps://localhost:{directory.tls_port}", certificate=authority)
    assert login("ada", "engine")["client_token"]
    configure(root, directory, url=f"ldap://localhost:{directory.port}", certificate=authority, starttls=True)
    assert login("ada", "engine")["client_token"]

    configure(root, directory, url=f"ldaps://127.0.0.1:{directory.tls_port}", certificate=authority)
    with pytest.raises(VaultError):  # the certificate is for localhost
        login("ada", "engine")
    configure(root, directory, url=f"ldap://127.0.0.1:{directory.port}", certificate=authority, starttls=True)
    with pytest.raises(VaultError):
        login("ada", "engine")
    root.write("auth/ldap/config", url=f"ldaps://localhost:{directory.tls_port}", certificate="", starttls=False)
    with pytest.raises(VaultError):  # nobody the system knows has signed it
        login("ada", "engine")
    with pytest.raises(InvalidRequest, match="always checked"):
        root.write("auth/ldap/config", insecure_tls=True)


def test_a_renewal_asks_the_directory(root, directory):
    configure(root, directory)
    root.auth.ldap.create_or_update_group("researchers", policies=["data-reader"])
    token = login("ada", "engine")["client_token"]
    own = hvac.Client(url=os.environ["VAULT_ADDR"], token=token)
    assert own.auth.token.renew_self()["auth"]["renewable"]

    root.auth.ldap.create_or_update_group("researchers", policies=["data-reader", "more"])
    with pytest.raises(InvalidRequest, match="policies have changed"):
        own.auth.token.renew_self()
    root.auth.ldap.create_or_update_group("researchers", policies=["data-reader"])

    directory.change("ldapmodify", f"dn: uid=ada,ou=people,{SUFFIX}\nchangetype: modrdn\nnewrdn: uid=ada2\ndeleteoldrdn: 1\n")
    with pytest.raises(Forbidden):
        own.auth.token.renew_self()
    directory.change("ldapmodify", f"dn: uid=ada2,ou=people,{SUFFIX}\nchangetype: modrdn\nnewrdn: uid=ada\ndeleteoldrdn: 1\n")
    directory.change("ldapmodify", f"dn: cn=Researchers,ou=groups,{SUFFIX}\nchangetype: modify\nreplace: member\nmember: uid=ada,ou=people,{SUFFIX}\n")
    assert own.auth.token.renew_self()["auth"]["renewable"]


def test_a_directory_that_is_away_is_no_wrong_password(root, directory):
    configure(root, directory, connection_timeout="2s")
    directory.stop()
    try:
        with pytest.raises(VaultError, match="cannot be reached"):
            login("ada", "engine")
    finally:
        directory.start()
    second = f"ldap://127.0.0.1:1,ldap://127.0.0.1:{directory.port}"
    configure(root, directory, url=second)
    assert login("ada", "engine")["client_token"]


def test_what_is_written_is_read_and_no_secret(root, directory):
    configure(root, directory, token_policies=["a", "b"], token_ttl="20m")
    data = root.auth.ldap.read_configuration()["data"]
    assert "bindpass" not in data and "client_tls_key" not in data
    assert (data["binddn"], data["userattr"], data["token_policies"], data["token_ttl"], data["request_timeout"]) == (ADMIN, "uid", ["a", "b"], 1200, 90)
    root.write("auth/ldap/config", userattr="cn")
    assert root.auth.ldap.read_configuration()["data"]["token_ttl"] == 1200
    for wrong in (dict(url="http://x"), dict(url="ldap://u:p@x"), dict(userfilter="(uid={{.Nope"), dict(groupfilter="((("), dict(token_policies="root"), dict(tls_min_version="tls10")):
        with pytest.raises((InvalidRequest, InternalServerError)):
            root.write("auth/ldap/config", **wrong)
    assert root.auth.ldap.read_configuration()["data"]["userattr"] == "cn"
