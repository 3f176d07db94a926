import os
import pathlib
import re
import subprocess
import threading
import time

import hvac
import psycopg
import pymysql
import pytest
import redis
from hvac.exceptions import InvalidRequest, VaultError

from databases import ADMIN_PASSWORD, Authority, MariaDb, Postgres, Redis
from node import Node, until

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS = int(os.environ.get("DATABASE_SECONDS", "20"))
CLIENTS = 8
CREATE = """CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'; GRANT pg_monitor TO "{{name}}";"""


@pytest.fixture(scope="module")
def postgres():
    running = Postgres()
    yield running
    running.close()


@pytest.fixture(scope="module")
def mariadb():
    running = MariaDb()
    yield running
    running.close()


@pytest.fixture(scope="module")
def valkey():
    running = Redis()
    yield running
    running.close()


@pytest.fixture
def root():
    client = hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])
    client.sys.enable_secrets_engine("database")
    yield client
    client.sys.disable_secrets_engine("database")


def configure_postgres(client, postgres):
    client.secrets.database.configure(name="pg", plugin_name="postgresql-database-plugin", allowed_roles=["*"], username="watchword", password=ADMIN_PASSWORD,
                                      connection_url=f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{postgres.port}/postgres?sslmode=disable")
    client.secrets.database.create_role("app", db_name="pg", creation_statements=[CREATE], default_ttl="1h", max_ttl="24h")


def connect(postgres, user, password):
    return psycopg.connect(host="127.0.0.1", port=postgres.port, dbname="postgres", user=user, password=password, connect_timeout=20)


def logs_in(postgres, user, password):
    try:
        connect(postgres, user, password).close()
        return True
    except psycopg.OperationalError as refused:
        assert "password authentication failed" in str(refused) or "not permitted to log in" in str(refused), refused
        return False


def roles(postgres, like="v-%"):
    with connect(postgres, "watchword", ADMIN_PASSWORD) as admin:
        return [name for (name,) in admin.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE %s", [like])]


# ---- accounts with leases


def test_postgresql_accounts_live_as_long_as_their_leases(root, postgres):
    configure_postgres(root, postgres)
    assert root.secrets.database.list_connections()["data"]["keys"] == ["pg"]
    assert root.secrets.database.read_connection("pg")["data"]["connection_details"]["username"] == "watchword"
    assert "password" not in root.secrets.database.read_connection("pg")["data"]["connection_details"]
    assert root.secrets.database.read_role("app")["data"]["creation_statements"] == [CREATE]
    made = root.secrets.database.generate_credentials("app")
    user, password = made["data"]["username"], made["data"]["password"]
    assert made["lease_duration"] == 3600 and made["renewable"]
    assert logs_in(postgres, user, password)
    assert root.sys.renew_lease(made["lease_id"], increment=7200)["lease_duration"] == 7200
    with connect(postgres, "watchword", ADMIN_PASSWORD) as admin:
        (left,) = admin.execute("SELECT extract(epoch FROM rolvaliduntil - now()) FROM pg_roles WHERE rolname = %s", [user]).fetchone()
    assert 7190 < left <= 7206
    root.sys.revoke_lease(made["lease_id"])
    until("the account is gone", lambda: not roles(postgres))
    assert not logs_in(postgres, user, password)


def test_leases_end_by_prefix_and_with_their_token(root, postgres):
    configure_postgres(root, postgres)
    for _ in range(3):
        root.secrets.database.generate_credentials("app")
    root.sys.create_or_update_policy("apps", 'path "database/creds/*" { capabilities = ["read"] }')
    token = root.auth.token.create(policies=["apps"])["auth"]["client_token"]
    job = hvac.Client(url=os.environ["VAULT_ADDR"], token=token)
    theirs = job.secrets.database.generate_credentials("app")["data"]["username"]
    assert len(roles(postgres)) == 4
    root.auth.token.revoke(token)
    until("what the token had is gone", lambda: theirs not in roles(postgres))
    assert len(roles(postgres)) == 3
    root.sys.revoke_prefix("database/creds/app")
    until("all are gone", lambda: not roles(postgres))


def test_a_short_lease_ends_by_itself(root, postgres):
    configure_postgres(root, postgres)
    root.secrets.database.create_role("brief", db_name="pg", creation_statements=[CREATE], default_ttl="2s", max_ttl="4s")
    made = root.secrets.database.generate_credentials("brief")
    assert logs_in(postgres, made["data"]["username"], made["data"]["password"])
    until("it has ended", lambda: not roles(postgres), 30)


def test_mysql_accounts_live_as_long_as_their_leases(root, mariadb):
    root.secrets.database.configure(name="my", plugin_name="mysql-database-plugin", allowed_roles=["*"], username="admin", password=ADMIN_PASSWORD,
                                    connection_url=f"{{{{username}}}}:{{{{password}}}}@tcp(127.0.0.1:{mariadb.port})/")
    root.secrets.database.create_role("app", db_name="my", default_ttl="1h",
                                      creation_statements=["CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'; GRANT SELECT ON app.* TO '{{name}}'@'%';"])
    made = root.secrets.database.generate_credentials("app")

    def login():
        pymysql.connect(host="127.0.0.1", port=mariadb.port, user=made["data"]["username"], password=made["data"]["password"], connect_timeout=20).close()

    login()
    root.sys.renew_lease(made["lease_id"])
    root.sys.revoke_prefix("database/creds/app")
    with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
        deadline = time.time() + 20
        while time.time() < deadline:
            login()
    root.secrets.database.rotate_root_credentials("my")
    assert root.secrets.database.generate_credentials("app")["data"]["username"]


def test_redis_accounts_live_as_long_as_their_leases(root, valkey):
    root.write("database/config/cache", plugin_name="redis-database-plugin", host="127.0.0.1", port=valkey.port, username="default", password=ADMIN_PASSWORD, allowed_roles="*")
    root.secrets.database.create_role("app", db_name="cache", creation_statements=['["~app:*", "+@read", "+ping"]'], default_ttl="1h")
    made = root.secrets.database.generate_credentials("app")
    theirs = redis.Redis(port=valkey.port, username=made["data"]["username"], password=made["data"]["password"])
    assert theirs.ping()
    assert theirs.get("app:x") is None
    with pytest.raises(redis.exceptions.NoPermissionError):
        theirs.get("other")
    root.sys.revoke_lease(made["lease_id"])

    def is_gone():
        try:
            redis.Redis(port=valkey.port, username=made["data"]["username"], password=made["data"]["password"]).ping()
            return False
        except redis.exceptions.AuthenticationError:
            return True

    until("the account is gone", is_gone)


# ---- TLS


@pytest.fixture
def authorities(tmp_path):
    made = []
    for name in ("theirs", "other"):
        (tmp_path / name).mkdir()
        made.append(Authority(str(tmp_path / name)))
    return made


def assert_checked(root, kind, others, theirs, **config):
    """It is believed by its authority's word, and by nobody else's."""
    with pytest.raises(InvalidRequest, match="certificate is not trusted"):
        root.write(f"database/config/{kind}", **config, **others)
    root.write(f"database/config/{kind}", **config, **theirs)
    root.secrets.database.create_role(kind, db_name=kind, creation_statements=[CREATE] if kind == "pg" else ["CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'"] if kind == "my" else [], default_ttl="1h")
    assert root.secrets.database.generate_credentials(kind)["data"]["username"]
    root.secrets.database.rotate_root_credentials(kind)
    assert root.secrets.database.generate_credentials(kind)["data"]["username"]
    root.write(f"sys/leases/revoke-prefix/database/creds/{kind}", sync=True)


def test_postgresql_is_reached_by_tls_with_a_certificate_of_ours(root, authorities):
    theirs, other = authorities
    running = Postgres(theirs)
    try:
        client = dict(tls_certificate=theirs.pem("client.pem"), private_key=theirs.pem("client.key"))
        for mode in ("require", "verify-ca", "verify-full"):
            url = f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{running.port}/postgres?sslmode={mode}"
            with pytest.raises(InvalidRequest, match="certificate is not trusted"):
                root.write("database/config/x", plugin_name="postgresql-database-plugin", connection_url=url, username="watchword", password=ADMIN_PASSWORD, **client)
        common = dict(plugin_name="postgresql-database-plugin", connection_url=url, username="watchword", password=ADMIN_PASSWORD, allowed_roles="*")
        with pytest.raises(InvalidRequest, match="does not take the user and password|cannot be reached"):
            root.write("database/config/pg", **common, tls_ca=theirs.pem("ca.pem"))
        with pytest.raises(InvalidRequest, match="certificate is not trusted"):
            root.write("database/config/pg", **common, **client, tls_ca=theirs.pem("ca.pem"), tls_server_name="another.example")
        assert_checked(root, "pg", dict(**client, tls_ca=other.pem("ca.pem"), tls_server_name=""), dict(**client, tls_ca=theirs.pem("ca.pem"), tls_server_name=""), **common)
    finally:
        running.close()


def test_mysql_is_reached_by_tls(root, authorities):
    theirs, other = authorities
    running = MariaDb(theirs)
    try:
        assert_checked(root, "my", dict(tls_ca=other.pem("ca.pem")), dict(tls_ca=theirs.pem("ca.pem")), plugin_name="mysql-database-plugin", username="admin", password=ADMIN_PASSWORD, allowed_roles="*",
                       connection_url=f"{{{{username}}}}:{{{{password}}}}@tcp(127.0.0.1:{running.port})/")
    finally:
        running.close()


def test_redis_is_reached_by_tls(root, authorities):
    theirs, other = authorities
    running = Redis(theirs)
    try:
        assert_checked(root, "redis", dict(ca_cert=other.pem("ca.pem")), dict(ca_cert=theirs.pem("ca.pem")), plugin_name="redis-database-plugin", username="default", password=ADMIN_PASSWORD, allowed_roles="*",
                       host="127.0.0.1", port=running.port, tls=True)
    finally:
        running.close()


# ---- accounts that stay


def test_nobody_fails_to_log_in_while_two_accounts_take_turns(root, postgres):
    configure_postgres(root, postgres)
    with connect(postgres, "watchword", ADMIN_PASSWORD) as admin:
        admin.execute("CREATE ROLE app_a LOGIN PASSWORD 'first'")
        admin.execute("CREATE ROLE app_b LOGIN PASSWORD 'first'")
    root.write("database/static-roles/app-user", db_name="pg", usernames="app_a,app_b", rotation_period=3600)
    root.secrets.database.rotate_static_role_credentials("app-user")
    ended = threading.Event()
    logins, failures, rotations = [], [], 0

    def client():
        mine = hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])
        while not ended.is_set():
            read = time.time()
            data = mine.secrets.database.get_static_credentials("app-user")["data"]
            # Used for as long as somebody keeps a password who reads it anew every second.
            while time.time() - read < 1 and not ended.is_set():
                try:
                    connect(postgres, data["username"], data["password"]).close()
                    logins.append(1)
                except psycopg.OperationalError as refused:
                    failures.append(str(refused))
                ended.wait(0.1)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    end = time.time() + SECONDS
    while time.time() < end:
        ended.wait(2)
        root.secrets.database.rotate_static_role_credentials("app-user")
        rotations += 1
    ended.set()
    for thread in threads:
        thread.join(60)
    print(f"{len(logins)} logins by {CLIENTS} clients over {rotations} rotations, {len(failures)} failed")
    assert failures == []
    assert len(logins) > CLIENTS * 5 and rotations >= 5


def test_a_static_role_is_rotated_on_its_period(root, postgres):
    configure_postgres(root, postgres)
    with connect(postgres, "watchword", ADMIN_PASSWORD) as admin:
        admin.execute("CREATE ROLE worker LOGIN PASSWORD 'first'")
    root.secrets.database.create_static_role("worker", db_name="pg", username="worker", rotation_period="5s", rotation_statements=["ALTER ROLE \"{{name}}\" WITH PASSWORD '{{password}}'"])
    first = root.secrets.database.get_static_credentials("worker")["data"]
    assert set(first) == {"username", "password", "ttl", "rotation_period", "last_vault_rotation"}
    assert logs_in(postgres, "worker", first["password"]) and not logs_in(postgres, "worker", "first")
    until("it is rotated", lambda: root.secrets.database.get_static_credentials("worker")["data"]["password"] != first["password"], 40)
    assert logs_in(postgres, "worker", root.secrets.database.get_static_credentials("worker")["data"]["password"])
    with pytest.raises(InvalidRequest, match="unknown role: nobody"):
        root.secrets.database.get_static_credentials("nobody")
    root.secrets.database.delete_static_role("worker")


def test_the_password_of_the_connection_can_be_one_that_nobody_knows(root, postgres):
    configure_postgres(root, postgres)
    with connect(postgres, "watchword", ADMIN_PASSWORD) as admin:
        admin.execute(f"CREATE ROLE manager SUPERUSER LOGIN PASSWORD '{ADMIN_PASSWORD}'")
    root.write("database/config/pg", username="manager", password=ADMIN_PASSWORD)
    root.secrets.database.rotate_root_credentials("pg")
    assert not logs_in(postgres, "manager", ADMIN_PASSWORD)
    root.secrets.database.generate_credentials("app")
    root.secrets.database.reset_connection("pg")
    root.secrets.database.generate_credentials("app")
    root.sys.revoke_prefix("database/creds/app")
    until("all are gone", lambda: not roles(postgres))


# ---- a server that is killed


def test_no_account_is_left_by_a_server_that_was_killed(postgres, tmp_path):
    node = Node(tmp_path / "node").start().initialize()
    try:
        address = f"http://127.0.0.1:{node.port}"
        client = hvac.Client(url=address, token=node.root)
        client.sys.enable_secrets_engine("database")
        configure_postgres(client, postgres)
        told, untold = set(), set()

        def asks():
            mine = hvac.Client(url=address, token=node.root, timeout=30)
            try:
                while True:
                    told.add(mine.secrets.database.generate_credentials("app")["data"]["username"])
            except (OSError, VaultError, ValueError):
                return  # the server is gone

        for _ in range(5):
            before = len(told)
            threads = [threading.Thread(target=asks) for _ in range(6)]
            for thread in threads:
                thread.start()
            until("accounts are made", lambda: len(told) > before + 12, 60)
            node.kill()
            for thread in threads:
                thread.join(60)
            untold |= set(roles(postgres)) - told
            node.start()
            until("the server is open", lambda: node.call("GET", "sys/health")[0] == 200, 60)
        # What was only announced is undone when the turn of the server that was at it is over. An account whose answer was lost on its way
        # has a lease, and ends with it.
        leases = lambda: node.call("LIST", "sys/leases/lookup/database/creds/app")[1]["data"]["keys"]
        state = lambda lease: node.call("PUT", "sys/leases/lookup", {"lease_id": f"database/creds/app/{lease}"})[1].get("data", {}).get("state")
        announced = sum(state(lease) == "making" for lease in leases())
        until("what was announced and not given is undone", lambda: not any(state(lease) for lease in leases()), 200)
        assert told <= set(roles(postgres))
        assert len(leases()) == len(roles(postgres))
        client.write("sys/leases/revoke-prefix/database/creds/app", sync=True)
        until("all are gone", lambda: not roles(postgres), 60)
        print(f"{len(told)} accounts given by five servers that were killed, {len(untold)} made that nobody was told of, {announced} announced and undone; 0 left")
    finally:
        node.kill()


# ---- the page in docs/


def test_every_block_of_the_page_runs(postgres):
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs/databases.md").read_text(), re.S)
    assert len(blocks) >= 3
    with connect(postgres, "watchword", ADMIN_PASSWORD) as admin:
        admin.execute(f"CREATE ROLE vault SUPERUSER LOGIN PASSWORD '{ADMIN_PASSWORD}'")
        admin.execute("CREATE ROLE reports LOGIN PASSWORD 'x'")
        admin.execute("CREATE ROLE web_a LOGIN PASSWORD 'x'")
        admin.execute("CREATE ROLE web_b LOGIN PASSWORD 'x'")
    text = "set -e\nwatchword() { \"$WATCHWORD\" \"$@\"; }\n" + "\n".join(blocks).replace("db.example.com:5432", f"127.0.0.1:{postgres.port}").replace("sslmode=verify-full", "sslmode=disable").replace("change-me", ADMIN_PASSWORD)
    done = subprocess.run(["sh", "-c", text], cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "v-root-read" in done.stdout or "username" in done.stdout
