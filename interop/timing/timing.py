"""Whether the answer, or the time it takes, tells which users and roles there are. Standard library only."""
import http.client
import json
import math
import os
import statistics
import sys
import time
import urllib.parse

LOGINS = int(sys.argv[1])
DEEP = 2000
address = urllib.parse.urlsplit(os.environ["VAULT_ADDR"])
connection = http.client.HTTPConnection(address.hostname, address.port)


def call(path, body, token=None):
    headers = {"X-Vault-Token": token} if token else {}
    began = time.perf_counter()
    connection.request("POST", "/v1/" + path, json.dumps(body), headers)
    response = connection.getresponse()
    text = response.read()
    took = time.perf_counter() - began
    # The date is that of the answer; everything else must be equal.
    return took, (response.status, text, sorted((k, v) for k, v in response.getheaders() if k.lower() != "date"))


def set_up():
    root = os.environ["VAULT_TOKEN"]
    for kind in ("userpass", "approle"):
        call(f"sys/auth/timing-{kind}", {"type": kind}, root)
        call(f"sys/mounts/auth/timing-{kind}/tune", {"user_lockout_config": {"lockout_disable": True}}, root)
    call("auth/timing-userpass/users/known", {"password": "right"}, root)
    call("auth/timing-approle/role/known", {"role_id": "known"}, root)


def compare(name, known, unknown):
    times = {"known": [], "unknown": []}
    answers = set()
    for i in range(LOGINS + 40):
        # In turns, and not always the same one first, so that whatever else happens happens to both.
        for which, (path, body) in sorted({"known": known, "unknown": unknown}.items(), reverse=i % 2 == 1):
            took, answer = call(path, body)
            answers.add(repr(answer))
            if i >= 40:
                times[which].append(took)
    if len(answers) != 1:
        sys.exit(f"{name}: the answers differ: {answers}")
    a, b = times["known"], times["unknown"]
    apart = abs(statistics.median(a) / statistics.median(b) - 1)
    welch = abs(statistics.mean(a) - statistics.mean(b)) / math.sqrt(statistics.variance(a) / len(a) + statistics.variance(b) / len(b))
    print(f"{name}: one answer; medians {statistics.median(a) * 1000:.2f} and {statistics.median(b) * 1000:.2f} ms, {apart:.2%} apart; Welch's t {welch:.1f}")
    if LOGINS >= DEEP and (apart > 0.01 or welch > 4.5):
        sys.exit(f"{name}: the time tells who is there")


set_up()
compare("userpass", ("auth/timing-userpass/login/known", {"password": "wrong"}), ("auth/timing-userpass/login/nobody", {"password": "wrong"}))
compare("approle", ("auth/timing-approle/login", {"role_id": "known", "secret_id": "wrong"}), ("auth/timing-approle/login", {"role_id": "nobod", "secret_id": "wrong"}))
print("2 passed, 0 failed")
