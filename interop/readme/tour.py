"""What people are told to type, in order, in one shell each: README's blocks marked ```sh tour against a development server, then those
marked ```sh server, of README and docs/audit.md, against one that keeps things; and what must and must not show."""
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile

root = sys.argv[1]
work = tempfile.mkdtemp(prefix="tour-")
checks = {}


def blocks(file, *kinds):
    text = open(os.path.join(root, file)).read()
    return re.findall(r"```((?:" + "|".join(kinds) + r"))\n(.*?)```", text, re.S)


def run(name, parts, **environment):
    """Runs shell text, with a home of its own."""
    home = os.path.join(work, name)
    os.makedirs(home)
    script = "set -e\n" + "\n".join(f"echo '@@ {n}'\n{part}" for n, part in enumerate(parts))
    done = subprocess.run(["sh", "-c", script], cwd=root, env={**os.environ, "HOME": home, **environment}, capture_output=True, text=True)
    print(done.stdout + done.stderr)
    checks[f"{name}: every block runs"] = done.returncode == 0
    return done


def tour():
    found = [text for _, text in blocks("README.md", "sh tour")]
    done = run("tour", found)
    checks.update({
        "there are blocks to run": len(found) >= 4,
        "the secret is read back": "region     eu-west-1" in done.stdout,
        "the job's output is masked": "the job sees ***" in done.stdout,
        "the job's file has what belongs there": "the job has its key file" in done.stdout,
        "the job's token reads its secret": "\neu-west-1" in done.stdout,
        "the job's token writes nothing": "refused, as it should be" in done.stdout,
    })


# What a person does by hand: a terminal of its own, and keys that are typed.
STAND_INS = {
    "sh start": """
./watchword server -config=watchword.hcl -check > /dev/null
./watchword server -config=watchword.hcl > WORK/server.log 2>&1 &
echo $! > WORK/pid
tries=0
until grep -q 'listens on' WORK/server.log; do tries=$((tries + 1)); test $tries -lt 300; sleep 0.2; done
""",
    "sh open": """
./watchword operator init > WORK/init
for n in 1 2 3; do sed -n "s/^Unseal Key $n: //p" WORK/init | ./watchword operator unseal - > /dev/null; done
sed -n 's/^Initial Root Token: //p' WORK/init | ./watchword login -no-print -
""",
}


def place(text, port):
    for at in ("/etc", "/var/lib", "/var/log"):
        text = text.replace(f"{at}/watchword", f"{work}{at}/watchword")
    return re.sub(r"(0\.0\.0\.0|127\.0\.0\.1):8200", f"127.0.0.1:{port}", text).replace("watchword.hcl", f"{work}/watchword.hcl").replace("WORK", work)


def server():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (_, config), *more = blocks("README.md", "hcl")
    assert not more
    with open(f"{work}/watchword.hcl", "w") as file:
        file.write(place(config, port))
    told = blocks("README.md", "sh server", "sh start", "sh open") + blocks("docs/audit.md", "sh server")
    parts = [place(STAND_INS.get(kind, text), port) for kind, text in told]
    try:
        done = run("server", parts, VAULT_ADDR="", VAULT_TOKEN="")
        log = open(f"{work}/server.log").read()
    finally:
        if os.path.exists(f"{work}/pid"):
            subprocess.run(["kill", open(f"{work}/pid").read().strip()], check=False)
    checks.update({
        "there are blocks of both documents": len(parts) >= 9,
        "a server with an audit device does not warn": "no audit device" not in log,
        "a first secret is kept": "secret/data/train" in done.stdout,
        "who read it is found": '"display_name":"root"' in done.stdout and re.search(r"\d+ \"display_name\":\"root\"", done.stdout) is not None,
        "the log is proven whole, and so are both files of a rotated one": len(re.findall(r"^intact: .* signed", done.stdout, re.M)) == 2,
        "no secret is in the log that was shown": not any("abc12345" in line for line in done.stdout.splitlines() if '"type":' in line),
    })


try:
    tour()
    server()
finally:
    shutil.rmtree(work, ignore_errors=True)
for what, good in checks.items():
    print("ok  " if good else "FAIL", what)
failed = sum(not good for good in checks.values())
print(f"{len(checks) - failed} passed, {failed} failed")
sys.exit(1 if failed else 0)
