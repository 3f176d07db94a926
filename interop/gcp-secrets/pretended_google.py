"""Google's token endpoint, IAM, IAM credentials and STS over HTTP, as far as Google documents them: what is asked is checked by `cryptography`."""

import base64
import datetime
import json
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

CLOUD = "https://www.googleapis.com/auth/cloud-platform"
ROOT = "watchword@main-project.iam.gserviceaccount.com"
APP = "app@ml-project.iam.gserviceaccount.com"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"


class Refused(Exception):
    def __init__(self, status, word):
        self.status, self.word = status, word


def decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class Google:
    def __init__(self):
        self.accounts = {ROOT: {}, APP: {}}
        self.tokens = {}
        self.made = 0
        google = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                try:
                    status, told = 200, google.done(self.command, urllib.parse.urlsplit(self.path).path, self.headers, body)
                except Refused as refused:
                    oauth = self.path.endswith("/token")
                    status = refused.status
                    told = {"error": refused.word, "error_description": "why"} if oauth else {"error": {"code": status, "status": refused.word, "message": "why"}}
                text = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json; charset=UTF-8")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def credentials(self, email):
        """A new key of an account, as Google's credentials file."""
        self.made += 1
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = f"key{self.made}"
        self.accounts[email][name] = key.public_key()
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
        return name, {"type": "service_account", "project_id": email.split("@")[1].split(".")[0], "private_key_id": name, "private_key": pem, "client_email": email, "client_id": "1",
                      "token_uri": self.address + "/token", "universe_domain": "googleapis.com"}

    def issue(self, email, scopes, rules=None):
        self.made += 1
        token = f"ya29.{self.made}"
        self.tokens[token] = {"email": email, "scopes": scopes, "rules": rules}
        return token

    def done(self, method, path, headers, body):
        if path == "/token":
            return self.grant(dict(urllib.parse.parse_qsl(body.decode(), strict_parsing=True)))
        if path == "/v1/token":
            return self.exchange(dict(urllib.parse.parse_qsl(body.decode(), strict_parsing=True)))
        caller = self.tokens.get(headers.get("Authorization", "").removeprefix("Bearer "))
        if not caller:
            raise Refused(401, "UNAUTHENTICATED")
        if CLOUD not in caller["scopes"] or caller["email"] != ROOT:
            raise Refused(403, "PERMISSION_DENIED")
        rest = path.removeprefix("/v1/projects/-/serviceAccounts/")
        email = rest.split("/")[0].split(":")[0]
        if email not in self.accounts:
            raise Refused(404, "NOT_FOUND")
        keys = self.accounts[email]
        name = f"projects/p/serviceAccounts/{email}"
        now = datetime.datetime.now(datetime.timezone.utc)
        match (method, rest.removeprefix(email)):
            case ("GET", ""):
                return {"name": name, "email": email, "projectId": email.split("@")[1].split(".")[0]}
            case ("GET", "/keys"):
                return {"keys": [{"name": f"{name}/keys/{key}", "validAfterTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "keyType": "USER_MANAGED"} for key in keys]}
            case ("POST", "/keys"):
                key, file = self.credentials(email)
                return {"name": f"{name}/keys/{key}", "privateKeyType": json.loads(body)["privateKeyType"], "privateKeyData": base64.b64encode(json.dumps(file).encode()).decode()}
            case ("DELETE", key) if key.startswith("/keys/"):
                if keys.pop(key.removeprefix("/keys/"), None) is None:
                    raise Refused(404, "NOT_FOUND")
                return {}
            case ("POST", ":generateAccessToken"):
                asked = json.loads(body)
                end = now + datetime.timedelta(seconds=int(asked["lifetime"].removesuffix("s")))
                return {"accessToken": self.issue(email, asked["scope"]), "expireTime": end.strftime("%Y-%m-%dT%H:%M:%SZ")}
        raise Refused(404, "NOT_FOUND")

    def grant(self, form):
        if form["grant_type"] != "urn:ietf:params:oauth:grant-type:jwt-bearer":
            raise Refused(400, "unsupported_grant_type")
        head, claims, signature = form["assertion"].split(".")
        header, said = json.loads(decoded(head)), json.loads(decoded(claims))
        key = self.accounts.get(said["iss"], {}).get(header["kid"])
        if key is None or header["alg"] != "RS256" or said["aud"] != self.address + "/token" or not said["iat"] - 300 < time.time() < said["exp"] <= said["iat"] + 3600:
            raise Refused(400, "invalid_grant")
        key.verify(decoded(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
        return {"access_token": self.issue(said["iss"], said["scope"].split(" ")), "expires_in": 3599, "token_type": "Bearer"}

    def exchange(self, form):
        subject = self.tokens.get(form["subject_token"])
        if form["grant_type"] != "urn:ietf:params:oauth:grant-type:token-exchange" or form["subject_token_type"] != ACCESS_TOKEN or form["requested_token_type"] != ACCESS_TOKEN:
            raise Refused(400, "invalid_request")
        if subject is None or CLOUD not in subject["scopes"]:
            raise Refused(400, "invalid_grant")
        rules = json.loads(form["options"])["accessBoundary"]["accessBoundaryRules"]
        return {"access_token": self.issue(subject["email"], subject["scopes"], rules), "issued_token_type": ACCESS_TOKEN, "token_type": "Bearer"}
