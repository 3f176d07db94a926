"""What a server takes that holds a million tokens."""
import os
import re
import subprocess
import sys
import time

from server import TOKEN, Server

WANTED = int(sys.argv[2])
CREATE = f'wrk.method="POST"\nwrk.headers["X-Vault-Token"]="{TOKEN}"\nwrk.body=\'{{"policies":["default"],"ttl":"700h"}}\'\n'
LOOK = f'wrk.headers["X-Vault-Token"]="{TOKEN}"\n'


def load(server, text, path, seconds):
    file = os.path.join(server.folder, "load.lua")
    with open(file, "w") as out:
        out.write(text)
    out = subprocess.run(["wrk", "-t1", "-c64", f"-d{seconds}", "-s", file, server.address + path], capture_output=True, text=True).stdout
    if "Non-2xx" in out:
        sys.exit("errors under load:\n" + out)
    return int(re.search(r"(\d+) requests in", out)[1])


server = Server(sys.argv[1])
try:
    server.start()
    print(f"a new server: {server.resident()} MB resident")
    made = 0
    began = time.monotonic()
    while made < WANTED:
        made += load(server, CREATE, "/v1/auth/token/create", 10)
        print(f"\r{made:,} tokens", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(f"{made:,} tokens made, {made / (time.monotonic() - began):,.0f} a second: {server.resident()} MB resident, {server.store_bytes() >> 20} MB of store")
    server.kill()
    print(f"killed and started again: serves after {server.start():.1f} s, {server.resident()} MB resident")
    load(server, LOOK, "/v1/auth/token/lookup-self", 10)
    print(f"after ten seconds of look-ups: {server.resident()} MB resident")
finally:
    server.remove()
