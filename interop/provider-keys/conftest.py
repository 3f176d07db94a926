import json
import os
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import hvac
import pytest

ADMIN = "admin-key-of-test"


class Providers:
    """OpenAI's service accounts and Databricks' tokens, one list of keys for each."""

    def __init__(self):
        self.keys = {"openai": {}, "databricks": {}, "own": {}}
        self.fail = []
        self.made = 0

    def make(self, shape, name):
        self.made += 1
        key_id, value = f"id-{self.made}", f"{shape}-{uuid.uuid4().hex}"
        self.keys[shape][key_id] = (name, value)
        return key_id, value

    def takes(self, shape, value):
        return any(each == value for _, each in self.keys[shape].values())

    def answer(self, method, path, bearer, body):
        if self.fail and method == "POST":
            return self.fail.pop(0), {"error": "as told"}
        accounts = "/v1/organization/projects/proj_abc/service_accounts"
        if path == "/v1/models":
            return (200, {"data": []}) if self.takes("openai", bearer) else (401, {"error": {"code": "invalid_api_key"}})
        if path == "/api/2.0/preview/scim/v2/Me":
            return (200, {"id": "1"}) if self.takes("databricks", bearer) else (403, {})
        if path == "/me":
            return (200, {}) if self.takes("own", bearer) else (401, {})
        if bearer != ADMIN:
            return 401, {"error": "no"}
        if path == accounts and method == "POST":
            key_id, value = self.make("openai", body["name"])
            return 200, {"id": key_id, "name": body["name"], "api_key": {"id": "key_1", "value": value}}
        if path == accounts:
            return 200, {"data": [{"id": i, "name": n} for i, (n, _) in self.keys["openai"].items()], "has_more": False, "last_id": None}
        if path.startswith(accounts + "/"):
            return (200, {"deleted": True}) if self.keys["openai"].pop(path.rsplit("/", 1)[1], None) else (404, {})
        if path == "/api/2.0/token/create":
            key_id, value = self.make("databricks", body["comment"])
            return 200, {"token_value": value, "token_info": {"token_id": key_id, "comment": body["comment"]}}
        if path == "/api/2.0/token/list":
            return 200, {"token_infos": [{"token_id": i, "comment": n} for i, (n, _) in self.keys["databricks"].items()]}
        if path == "/api/2.0/token/delete":
            return (200, {}) if self.keys["databricks"].pop(body["token_id"], None) else (404, {"error_code": "RESOURCE_DOES_NOT_EXIST"})
        if path == "/teams/red/keys" and method == "POST":
            key_id, value = self.make("own", body["label"])
            return 201, {"key": {"id": key_id, "secret": value}}
        if path == "/teams/red/keys":
            return 200, {"keys": [{"id": i, "label": n} for i, (n, _) in self.keys["own"].items()]}
        if path.startswith("/keys/"):
            return (204, {}) if self.keys["own"].pop(path.rsplit("/", 1)[1], None) else (410, {})
        return 404, {}


@pytest.fixture
def providers():
    there = Providers()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else {}
            bearer = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            status, tree = there.answer(self.command, urlsplit(self.path).path, bearer, body)
            text = b"" if status == 204 else json.dumps(tree).encode()
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "7")
            if status != 204:
                self.send_header("Content-Length", str(len(text)))
                self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_DELETE = do_GET

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    there.url = f"http://127.0.0.1:{server.server_port}"
    yield there
    server.shutdown()
    server.server_close()


@pytest.fixture
def root():
    return hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])


@pytest.fixture
def mount(root):
    """A mount of the engine of its own."""
    path = "provider-" + uuid.uuid4().hex[:8]
    root.sys.enable_secrets_engine("provider", path=path)
    yield path
    root.sys.disable_secrets_engine(path)
