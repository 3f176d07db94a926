"""OPA decides, as a server and as a bundle, and both say the same."""
import http.server
import io
import json
import os
import pathlib
import re
import subprocess
import tarfile
import base64
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
STARTER = ROOT / "deploy/opa"
ODD = ROOT / "interop/opa/odd"
USER = 'path "*" { capabilities = ["create", "read", "update", "patch", "delete", "list"] }'


@pytest.fixture(autouse=True, scope="module")
def prepared(watchword):
    watchword.do("PUT", "sys/policies/acl/opa-user", policy=USER)
    watchword.do("PUT", "secret/data/team/x", data={"password": "hunter2"})
    watchword.do("PUT", "secret/data/production/serving/api", data={"password": "hunter2"})
    watchword.do("PUT", "secret/data/break-glass/root", data={"password": "hunter2"})
    watchword.do("PUT", "secret/data/labelled", data={"password": "hunter2"})
    watchword.do("PUT", "secret/data/restricted", data={"password": "hunter2"})
    watchword.do("PUT", "secret/metadata/restricted", custom_metadata={"classification": "restricted"})
    watchword.do("PUT", "secret/metadata/labelled", custom_metadata={"classification": "production-serving", "owner": "ml"})


# ---- the starter policies


def test_the_starter_policies_pass_their_own_tests(opa):
    tested = opa("test", ".", "-v")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert len(re.findall(r": PASS", tested.stdout)) >= 11
    assert opa("check", "--strict", ".").returncode == 0
    assert opa("fmt", "--list", ".").stdout == ""


def rego(bundle):
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(bundle))) as archive:
        return {m.name: archive.extractfile(m).read() for m in archive.getmembers() if m.name.endswith((".rego", "data.json"))}


def test_the_bundles_in_core_are_built_of_these_sources(bundles):
    for name, bundle in bundles.items():
        kept = (ROOT / f"core/src/test/resources/watchword/core/opa/{name}.tar.gz").read_bytes()
        assert rego(base64.b64encode(kept)) == rego(bundle), f"{name}: run interop/opa/bundles"


# ---- a server and a bundle of the same sources say the same

TABLE = [
    # metadata of the token, method, path, fields, what is refused
    ({}, "GET", "secret/data/team/x", {}, []),
    ({}, "GET", "secret/data/production/serving/api", {}, []),
    ({"role": "training-llm"}, "GET", "secret/data/production/serving/api", {}, ["training roles may not read production serving keys"]),
    ({"role": "training-llm"}, "GET", "secret/metadata/production/serving/api", {}, ["training roles may not read production serving keys"]),
    ({"role": "training-llm"}, "LIST", "secret/metadata/production/serving", {}, ["training roles may not read production serving keys"]),
    ({"role": "training"}, "GET", "secret/data/labelled", {}, ["training roles may not read production serving keys"]),
    ({"role": "serving"}, "GET", "secret/data/labelled", {}, []),
    ({"role": "deploy"}, "GET", "secret/data/team/x", {}, ["the deploy role is only for the main branch"]),
    ({"role": "deploy", "ref": "refs/heads/main"}, "GET", "secret/data/team/x", {}, []),
    ({"role": "deploy", "ref": "refs/heads/main\u00e9\"]"}, "GET", "secret/data/team/x", {}, ["the deploy role is only for the main branch"]),
    ({}, "GET", "secret/data/restricted", {"wrap_ttl": "2h"}, ["what is classified restricted lives at most 3600 seconds"]),
    ({}, "GET", "secret/data/restricted", {"wrap_ttl": "1h"}, []),
    ({}, "PUT", "sys/policies/acl/wide", {"policy": 'path "*" { capabilities = ["read"] }'}, ["an ACL policy must not have a path of wildcards alone"]),
    ({}, "PUT", "sys/policies/acl/wide", {"policy": 'path "secret/*" { capabilities = ["read"] }'}, ["an ACL policy must not have a path of wildcards alone"]),
    ({}, "PUT", "sys/policy/wide", {"rules": 'path "+/*" { capabilities = ["read"] }'}, ["an ACL policy must not have a path of wildcards alone"]),
    ({}, "PUT", "sys/policies/acl/wide", {"policy": "cGF0aCAiKiIgeyBjYXBhYmlsaXRpZXMgPSBbInJlYWQiXSB9"}, ["an ACL policy must not have a path of wildcards alone"]),
    ({}, "PUT", "sys/policies/acl/wide", {"policy": "path {"}, ["an ACL policy could not be read, so it cannot be judged"]),
    ({}, "PUT", "sys/policies/acl/narrow", {"policy": 'path "secret/data/team/*" { capabilities = ["read"] }'}, []),
    ({}, "DELETE", "sys/policies/acl/narrow", {}, []),
]


def test_a_server_and_a_bundle_of_the_same_sources_decide_alike(watchword, serve, guard, bundles):
    url, _ = serve(STARTER)
    common = {"paths": ["secret/*", "sys/policies/acl/*", "sys/policy/*"], "enforcement": "advise", "timeout": "10s"}
    guard("server", url=url, **common)
    guard("bundle", bundle=bundles["starter"], **common)
    guard("enforced", bundle=bundles["starter"], **{**common, "enforcement": "enforce"})
    for meta, method, path, fields, refused in TABLE:
        answer = watchword.ask(method, path, watchword.token("opa-user", **meta), **fields)
        said = watchword.judged(path)
        for name in ("bundle", "enforced") if refused else ("server", "bundle", "enforced"):
            assert said[name]["decision"] == ("deny" if refused else "allow"), (path, meta, fields, said)
            assert said[name].get("reasons", []) == refused, (path, meta, fields, said)
        if refused:
            assert answer.status_code == 403, (path, answer.text)
            assert answer.json()["errors"] == ["1 error occurred:\n\t* permission denied\n\n", *(f'policy "enforced": {each}' for each in refused)]
        else:
            assert answer.status_code < 300, (path, answer.text)
    watchword.do("DELETE", "sys/policies/opa/enforced")
    for meta, method, path, fields, refused in TABLE:
        watchword.ask(method, path, watchword.token("opa-user", **meta), **fields)
        said = watchword.judged(path)
        differ = [{key: value for key, value in said[name].items() if key not in ("name", "decision_id")} for name in ("server", "bundle")]
        assert differ[0] == differ[1], (path, meta, fields, said)
        assert said["server"]["decision"] == ("deny" if refused else "allow")
    watchword.do("DELETE", "sys/policies/acl/wide")


def test_whatever_a_decision_is_a_server_and_a_bundle_are_understood_alike(watchword, serve, guard, bundles):
    url, _ = serve(ODD)
    for entrypoint in ("text", "empty", "undefined", "many", "calls", "not_a_duration"):
        for name, place in (("server", {"url": url}), ("bundle", {"bundle": bundles["odd"]})):
            guard(name, entrypoint=f"odd/{entrypoint}", paths=["secret/data/team/x"], enforcement="advise", timeout="10s", **place)
        watchword.do("GET", "secret/data/team/x", watchword.token("opa-user"))
        said = watchword.judged("secret/data/team/x")
        alike = [{key: value for key, value in said[name].items() if key not in ("name", "decision_id")} for name in ("server", "bundle")]
        assert alike[0] == alike[1], entrypoint
        assert alike[0]["decision"] == ("allow" if entrypoint == "calls" else "deny")


def test_what_a_policy_is_told_holds_no_secret(watchword, serve, guard):
    url, _ = serve(ODD)
    guard("echo", url=url, entrypoint="odd/echo", paths=["secret/*", "sys/policies/*"], timeout="10s")
    token = watchword.token("opa-user")
    watchword.do("PUT", "secret/data/team/y", token, data={"password": "correct horse", "deep": [{"k": "correct horse"}]})
    told = " ".join(watchword.judged("secret/data/team/y")["echo"]["reasons"])
    assert '"password":"***"' in told.replace(" ", "") and "correct horse" not in told and token not in told


# ---- no answer


def slow_or_garbage(kind):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            if kind == "slow":
                time.sleep(3)
            body = {"garbage": b"<html>", "500": b"{}", "cut": b'{"result": tr', "large": b'{"result": "' + b"x" * 200_000 + b'"}'}.get(kind, b'{"result": true}')
            self.send_response(500 if kind == "500" else 307 if kind == "redirect" else 200)
            if kind == "redirect":
                self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                pass

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.mark.parametrize("kind", ["slow", "garbage", "cut", "500", "large", "redirect"])
def test_a_server_that_does_not_answer_as_it_should_refuses_in_time(watchword, guard, kind):
    server = slow_or_garbage(kind)
    try:
        token = watchword.token("opa-user")
        guard("odd-server", url=f"http://127.0.0.1:{server.server_port}", paths=["secret/*"], timeout="1s")
        begun = time.monotonic()
        answer = watchword.ask("GET", "secret/data/team/x", token)
        assert time.monotonic() - begun < 2.5
        assert answer.status_code == 503 and answer.json()["errors"][0].startswith('policy "odd-server" gave no answer, so nothing was done: ')
        assert watchword.judged("secret/data/team/x")["odd-server"]["decision"] == "no_answer"
        assert "hunter2" not in answer.text
        assert watchword.ask("GET", "secret/data/team/x").status_code == 200, "root is not guarded"
    finally:
        server.shutdown()


def test_a_server_that_is_down_refuses_and_is_asked_again_when_it_is_back(watchword, serve, guard):
    url, process = serve(STARTER)
    guard("gone", url=url, paths=["secret/*"], timeout="2s")
    token = watchword.token("opa-user")
    watchword.do("GET", "secret/data/team/x", token)
    process.kill()
    process.wait()
    begun = time.monotonic()
    answer = watchword.ask("GET", "secret/data/team/x", token)
    assert answer.status_code == 503 and time.monotonic() - begun < 4
    guard("gone", url=url, paths=["secret/*"], timeout="2s", fail_mode="open")
    watchword.do("GET", "secret/data/team/x", token)
    guard("gone", url=url, paths=["secret/*"], timeout="5s")
    serve(STARTER, port=int(url.rsplit(":", 1)[1]))
    watchword.do("GET", "secret/data/team/x", token)


# ---- a server that asks who we are, over TLS


def test_a_server_is_known_by_its_certificate_and_knows_us_by_our_token(watchword, serve, guard, tmp_path):
    key, certificate, authz = tmp_path / "key.pem", tmp_path / "cert.pem", tmp_path / "authz.rego"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=opa", "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, capture_output=True)
    authz.write_text('package system.authz\n\ndefault allow := false\n\nallow if input.identity == "opa-token"\n\nallow if input.path == ["health"]\n')
    url, _ = serve(STARTER, authz, "--tls-cert-file", certificate, "--tls-private-key-file", key, "--authentication=token", "--authorization=basic", tls=True)
    token = watchword.token("opa-user")
    common = {"url": url, "paths": ["secret/*"], "timeout": "5s"}
    guard("tls", **common, token="opa-token")
    untrusted = watchword.ask("GET", "secret/data/team/x", token)
    assert untrusted.status_code == 503 and "certificate is not trusted" in untrusted.text
    guard("tls", **common, token="wrong", ca_pem=certificate.read_text())
    assert "status 401" in watchword.ask("GET", "secret/data/team/x", token).text
    guard("tls", **common, token="opa-token", ca_pem=certificate.read_text())
    watchword.do("GET", "secret/data/team/x", token)
    assert "opa-token" not in watchword.ask("GET", "sys/policies/opa/tls").text
    assert "opa-token" not in open(os.environ["AUDIT_LOG"]).read()


# ---- the page in docs/


def test_every_block_of_the_page_runs(tmp_path):
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs/opa.md").read_text(), re.S)
    assert len(blocks) >= 4
    done = subprocess.run(["sh", "-c", "set -e\n" + "\n".join(blocks)], cwd=ROOT, capture_output=True, text=True, timeout=180,
                          env={**os.environ, "HOME": str(tmp_path), "PATH": ":".join([*(str(pathlib.Path(os.environ[each]).parent) for each in ("OPA", "WATCHWORD")), os.environ["PATH"]]), "DEMO": str(tmp_path)})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "training roles may not read production serving keys" in done.stdout + done.stderr
    assert "refused, as it should be" in done.stdout
