"""Starts a server on a temporary folder and loads it with wrk, 32 connections; prints medians, and ratios to a peer."""
import json
import os
import re
import statistics
import subprocess
import sys
import urllib.error
import urllib.request

from server import TOKEN, Server

ROOT = sys.argv[1]
PEER = sys.argv[2:4]
SECONDS = os.environ.get("BENCH_SECONDS", "5")
WARM_UP = os.environ.get("BENCH_WARM_UP", "12")
CASES = [
    ("kv v2 read", "GET", "/v1/secret/data/bench", None),
    ("lookup-self", "GET", "/v1/auth/token/lookup-self", None),
    ("kv v2 write", "POST", "/v1/secret/data/many", '{"data":{"user":"app","password":"hunter2hunter2"}}'),
    ("token create", "POST", "/v1/auth/token/create", '{"policies":["default"],"ttl":"1h"}'),
    ("approle login", "POST", "/v1/auth/approle/login", '{"role_id":"bench","secret_id":"bench-secret-id"}'),
]
PREPARED = [
    ("/v1/secret/data/bench", {"data": {"user": "app", "password": "hunter2hunter2"}}),
    ("/v1/sys/auth/approle", {"type": "approle"}),
    ("/v1/auth/approle/role/bench", {"role_id": "bench", "token_policies": ["default"], "token_ttl": "1h"}),
    ("/v1/auth/approle/role/bench/custom-secret-id", {"secret_id": "bench-secret-id"}),
]


def script(folder, token, method, path, body):
    file = os.path.join(folder, "load.lua")
    with open(file, "w") as out:
        if not path.endswith("/login"):
            out.write(f'wrk.headers["X-Vault-Token"]="{token}"\n')
        if body:
            out.write(f'wrk.method="{method}"\nwrk.body=\'{body}\'\n')
        if path.endswith("/many"):
            out.write(f'local n=0\nrequest=function() n=n+1 return wrk.format(nil, "{path}/"..(n%1000)) end\n')
    return file


def milliseconds(text):
    value, unit = re.match(r"([\d.]+)(us|ms|s)", text).groups()
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def load(folder, address, token, case):
    _, method, path, body = case
    file = script(folder, token, method, path, body)
    subprocess.run(["wrk", "-t1", "-c32", f"-d{WARM_UP}", "-s", file, address + path], capture_output=True)
    rates, tails = [], []
    for _ in range(3):
        out = subprocess.run(["wrk", "-t1", "-c32", f"-d{SECONDS}", "--latency", "-s", file, address + path], capture_output=True, text=True).stdout
        if "Non-2xx" in out:
            sys.exit("errors under load:\n" + out)
        rates.append(float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]))
        tails.append(milliseconds(re.search(r"^ +99% +(\S+)", out, re.M)[1]))
    return statistics.median(rates), statistics.median(tails)


def call(address, token, path, body):
    request = urllib.request.Request(address + path, json.dumps(body).encode(), {"X-Vault-Token": token}, method="POST")
    urllib.request.urlopen(request, timeout=10).read()


def prepare(address, token):
    for path, body in PREPARED:
        try:
            call(address, token, path, body)
        except urllib.error.HTTPError as there:
            if there.code != 400:  # a peer that was measured before has it already
                raise


def main():
    server = Server(ROOT)
    address = server.address
    try:
        server.start()
        rows = []
        prepare(address, TOKEN)
        if len(PEER) == 2:
            prepare(PEER[0], PEER[1])
        for case in CASES:
            ours = load(server.folder, address, TOKEN, case)
            theirs = load(server.folder, PEER[0], PEER[1], case) if len(PEER) == 2 else None
            rows.append((case[0], ours, theirs))
        print(f"{'':14}{'req/s':>10}{'p99 ms':>9}" + (f"{'peer':>10}{'p99 ms':>9}{'ratio':>8}" if len(PEER) == 2 else ""))
        for name, ours, theirs in rows:
            print(f"{name:14}{ours[0]:10.0f}{ours[1]:9.1f}" + (f"{theirs[0]:10.0f}{theirs[1]:9.1f}{ours[0] / theirs[0]:8.1f}" if theirs else ""))
        print(f"resident after it: {server.resident()} MB")
    finally:
        server.remove()


main()
