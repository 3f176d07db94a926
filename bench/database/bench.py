"""Accounts per second: CLIENTS ask for accounts as fast as they are made, for SECONDS; then all are revoked by prefix."""

import http.client
import json
import os
import sys
import threading
import time

from databases import ADMIN_PASSWORD, Postgres

SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 10
CLIENTS = int(sys.argv[2]) if len(sys.argv) > 2 else 16
HOST = os.environ["VAULT_ADDR"].removeprefix("http://")
HEADERS = {"X-Vault-Token": os.environ["VAULT_TOKEN"]}
CREATE = "CREATE ROLE \"{{name}}\" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'"


def ask(connection, method, path, body=None):
    connection.request(method, "/v1/" + path, None if body is None else json.dumps(body), HEADERS)
    answer = connection.getresponse()
    raw = answer.read()
    assert answer.status < 300, raw
    return raw


def main():
    postgres = Postgres()
    try:
        connection = http.client.HTTPConnection(HOST)
        ask(connection, "POST", "sys/mounts/database", {"type": "database"})
        ask(connection, "POST", "database/config/pg", {
            "plugin_name": "postgresql-database-plugin", "allowed_roles": "*", "username": "watchword", "password": ADMIN_PASSWORD, "max_open_connections": CLIENTS,
            "password_authentication": "password", "connection_url": f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{postgres.port}/postgres?sslmode=disable"})
        ask(connection, "POST", "database/roles/app", {"db_name": "pg", "creation_statements": [CREATE], "default_ttl": "1h"})
        times, end = [], time.perf_counter() + SECONDS

        def client():
            mine = http.client.HTTPConnection(HOST)
            while time.perf_counter() < end:
                begun = time.perf_counter()
                ask(mine, "GET", "database/creds/app")
                times.append(time.perf_counter() - begun)

        threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        times.sort()
        print(f"{len(times) / SECONDS:.0f} accounts/s by {CLIENTS} clients; half within {times[len(times) // 2] * 1000:.1f} ms, 99% within {times[len(times) * 99 // 100] * 1000:.1f} ms")
        begun = time.perf_counter()
        ask(connection, "POST", "sys/leases/revoke-prefix/database/creds/app", {"sync": True})
        print(f"{len(times) / (time.perf_counter() - begun):.0f} revocations/s")
    finally:
        postgres.close()


main()
