import json
import os
import pathlib
import pty
import re
import signal
import socket
import stat
import subprocess
import sys
import termios
import time

import pytest

WATCHWORD = os.environ["WATCHWORD"]
SECRET = "correct-horse-battery"

# Tells each signal that reaches it, and ends with 7 when told to.
LISTENER = """
import os, signal, sys, time
def tell(number, frame):
    print("got", signal.Signals(number).name, flush=True)
    if number == signal.SIGTERM: sys.exit(7)
for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(each, tell)
print("ready", os.getpid(), os.environ.get("FILE", ""), flush=True)
while True: time.sleep(60)
"""


def cli(*words, input=None, **environment):
    return subprocess.run([WATCHWORD, *words], env={**os.environ, **environment}, capture_output=True, text=True, input=input, timeout=120)


@pytest.fixture(scope="module", autouse=True)
def secret():
    assert cli("kv", "put", "secret/job", f"key=-", input=SECRET).returncode == 0


def start(*words):
    return subprocess.Popen([WATCHWORD, "run", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_signals_reach_the_command_once_and_its_exit_status_is_kept():
    run = start("-env", "KEY=secret/job#key", "--", sys.executable, "-c", LISTENER)
    assert run.stdout.readline().startswith("ready")
    for name in ("INT", "HUP"):
        run.send_signal(getattr(signal, "SIG" + name))
        assert run.stdout.readline() == f"got SIG{name}\n"
    run.send_signal(signal.SIGTERM)
    assert run.stdout.read() == "got SIGTERM\n"
    assert run.wait(30) == 7


def test_private_files_are_gone_after_a_signal_and_no_process_shows_the_secret():
    run = start("-file", "FILE=secret/job#key", "-env", "KEY=secret/job#key", "--", sys.executable, "-c", LISTENER)
    _, child, file = run.stdout.readline().split()
    # The path is not masked, the value is.
    file = pathlib.Path(file)
    assert file.read_text() == SECRET
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    for line in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert SECRET.encode() not in line.read_bytes()
        except OSError:
            pass  # it has ended meanwhile
    assert SECRET.encode() not in pathlib.Path(f"/proc/{run.pid}/environ").read_bytes()
    run.send_signal(signal.SIGTERM)
    assert run.wait(30) == 7
    assert not file.exists() and not file.parent.exists()


def test_a_command_that_a_signal_ended_is_told_as_shells_do():
    assert cli("run", "-env", "KEY=secret/job#key", "--", "sh", "-c", "kill -KILL $$").returncode == 137


def test_large_output_comes_through_whole_and_masked():
    code = f"import os, sys\nfor i in range(20000): sys.stdout.write(f'{{i}} {{os.environ[\"KEY\"]}} end\\n')"
    done = cli("run", "-env", "KEY=secret/job#key", "--", sys.executable, "-c", code)
    assert done.stdout == "".join(f"{i} *** end\n" for i in range(20000))


def test_a_command_whose_output_nobody_reads_ends():
    run = subprocess.Popen(f"'{WATCHWORD}' run -env KEY=secret/job#key -- yes | head -n 1", shell=True, stdout=subprocess.PIPE, text=True)
    assert run.communicate(timeout=60)[0] == "y\n"


def test_letters_reach_the_command_whatever_the_locale_and_the_locale_is_its_callers():
    assert cli("kv", "put", "secret/letters", "key=-", input="pässwörd-€", LC_ALL="C").returncode == 0
    environment = {key: value for key, value in os.environ.items() if key not in ("LC_ALL", "LC_CTYPE", "LANG")}
    environment |= {"LC_ALL": "C", "LATIN": b"\xe4\xff"}
    done = subprocess.run([WATCHWORD, "run", "-no-mask", "-env", "KEY=secret/letters#key", "--", "sh", "-c", 'printf "%s|" "$KEY" "$1" "$LATIN" "$LC_ALL"', "sh", "é"], env=environment, capture_output=True)
    assert done.stdout == "pässwörd-€|é|".encode() + b"\xe4\xff|C|"
    environment.pop("LC_ALL")
    done = subprocess.run([WATCHWORD, "run", "-no-mask", "-env", "KEY=secret/letters#key", "--", "sh", "-c", "env"], env=environment, capture_output=True)
    assert b"LC_ALL" not in done.stdout


def test_what_a_job_writes_is_as_open_as_its_caller_wants():
    done = subprocess.run(["sh", "-c", f"umask 022; '{WATCHWORD}' run -env KEY=secret/job#key -- sh -c umask"], capture_output=True, text=True)
    assert done.stdout.strip() in ("022", "0022")


def on_a_terminal(command, typed):
    """What a person sees who types this when the question comes."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvp("sh", ["sh", "-c", "trap : INT; " + command])
    seen, asked = b"", False
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:
            break  # all of them have ended
        if not part:
            break
        seen += part
        if b"hidden" in seen and not asked:
            # The question is there before the terminal stops to repeat what is typed.
            deadline = time.time() + 30
            while termios.tcgetattr(terminal)[3] & termios.ECHO and time.time() < deadline:
                time.sleep(0.01)
            asked = True
            os.write(terminal, typed)
    os.waitpid(child, 0)
    os.close(terminal)
    return seen.decode()


@pytest.mark.parametrize("piped", ["", " | cat"])
def test_what_is_typed_hidden_is_not_seen_and_an_interrupt_gives_the_terminal_back(piped):
    command = f"'{WATCHWORD}' operator unseal{piped}; stty -a"
    seen = on_a_terminal(command, b"canary-share\n")
    assert "canary" not in seen and re.search(r"[^-]\becho\b", seen)
    assert re.search(r"[^-]\becho\b", on_a_terminal(command, b"\x03"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.mark.parametrize("name", ["TERM", "INT", "HUP"])
def test_a_development_server_ends_cleanly(name):
    server = subprocess.Popen([WATCHWORD, "dev", f"-listen=127.0.0.1:{free_port()}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in server.stdout:
        if "Three things" in line:
            break
    folders = {os.path.dirname(os.readlink(fd)) for fd in pathlib.Path(f"/proc/{server.pid}/fd").iterdir() if re.search(r"\.db(-wal)?$", os.readlink(fd))}
    assert folders and all(os.path.isdir(folder) for folder in folders)
    server.send_signal(getattr(signal, "SIG" + name))
    assert server.wait(30) == 0
    assert not any(os.path.exists(folder) for folder in folders)


def test_what_a_server_keeps_is_for_its_user_alone(tmp_path):
    data = tmp_path / "data"
    server = subprocess.Popen([WATCHWORD, "dev", f"-data={data}", f"-listen=127.0.0.1:{free_port()}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in server.stdout:
        if "Three things" in line:
            break
    try:
        made = [data, *data.rglob("*")]
        assert len(made) > 1
        assert [str(path) for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """A new server on a socket file, and its shares and token."""
    folder = tmp_path_factory.mktemp("sealed")
    (folder / "c.hcl").write_text(f"""
        storage "inmem" {{}}
        listener "unix" {{ address = "{folder}/api.sock" }}
    """)
    server = subprocess.Popen([WATCHWORD, "server", f"-config={folder}/c.hcl"], stdout=open(folder / "log", "w"), stderr=subprocess.STDOUT)
    environment = {"VAULT_ADDR": f"unix://{folder}/api.sock", "VAULT_TOKEN": ""}
    deadline = time.time() + 60
    while cli("status", **environment).returncode != 2:
        assert time.time() < deadline and server.poll() is None, (folder / "log").read_text()
    made = json.loads(cli("operator", "init", "-format=json", "-n=3", "-t=2", **environment).stdout)
    yield environment, made
    server.terminate()
    server.wait(30)


def test_a_quorum_opens_rekeys_and_makes_a_root_token(sealed):
    environment, made = sealed
    shares = made["keys_base64"]
    assert cli("status", **environment).returncode == 2
    for share in shares[:2]:
        assert cli("operator", "unseal", "-", input=share, **environment).returncode == 0
    assert cli("status", **environment).returncode == 0
    environment = {**environment, "VAULT_TOKEN": made["root_token"]}

    assert cli("operator", "rekey", "-init", "-n=1", "-t=1", **environment).returncode == 0
    assert "0/2" in cli("operator", "rekey", "-status", **environment).stdout
    for share in shares[:2]:
        last = cli("operator", "rekey", "-", input=share, **environment)
        assert last.returncode == 0, last.stderr
    (new,) = re.findall(r"^Key 1: (\S+)$", last.stdout, re.M)

    begun = json.loads(cli("operator", "generate-root", "-init", "-format=json", **environment).stdout)
    last = cli("operator", "generate-root", "-format=json", "-", input=new, **environment)
    assert last.returncode == 0, last.stderr
    told = json.loads(last.stdout)
    assert told["complete"] is True
    root = cli("operator", "generate-root", f"-decode={told['encoded_token']}", "-otp=-", input=begun["otp"], **environment).stdout.strip()
    assert cli("token", "lookup", "-field=policies", VAULT_ADDR=environment["VAULT_ADDR"], VAULT_TOKEN=root).stdout == '["root"]'
    assert cli("operator", "seal", **environment).returncode == 0
    assert cli("status", **environment).returncode == 2


def test_a_snapshot_is_saved_whole_for_its_owner_alone_and_restored(tmp_path):
    file = tmp_path / "store.snap"
    assert cli("kv", "put", "secret/snapshot", "v=before").returncode == 0
    saved = cli("operator", "raft", "snapshot", "save", str(file))
    assert saved.returncode == 0, saved.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["store.snap"]
    assert cli("kv", "put", "secret/snapshot", "v=after").returncode == 0

    torn = tmp_path / "torn.snap"
    torn.write_bytes(file.read_bytes()[:-100])
    refused = cli("operator", "raft", "snapshot", "restore", str(torn))
    assert refused.returncode == 2 and "snapshot" in refused.stderr
    assert cli("kv", "get", "-field=v", "secret/snapshot").stdout.strip() == "after"

    restored = cli("operator", "raft", "snapshot", "restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert cli("kv", "get", "-field=v", "secret/snapshot").stdout.strip() == "before"

    for command, words in (("save", "no folder"), ("restore", "no file")):
        failed = cli("operator", "raft", "snapshot", command, str(tmp_path / "none" / "x"))
        assert failed.returncode != 0 and words in failed.stderr
    denied = cli("operator", "raft", "snapshot", "save", str(tmp_path / "denied.snap"), VAULT_TOKEN="hvs.nobody")
    assert denied.returncode == 2 and "permission denied" in denied.stderr
    assert not (tmp_path / "denied.snap").exists()


def test_a_snapshot_that_has_no_room_is_told_of_this_machine(tmp_path):
    failed = subprocess.run(["prlimit", "--fsize=4096", WATCHWORD, "operator", "raft", "snapshot", "save", str(tmp_path / "x.snap")], text=True, capture_output=True)
    assert failed.returncode != 0 and "cannot write" in failed.stderr and "reach" not in failed.stderr, failed.stderr
    assert list(tmp_path.iterdir()) == []
