"""A small OpenID provider for tests: discovery, keys, authorization by code with PKCE, tokens, userinfo, and logins of devices."""

import base64
import hashlib
import http.server
import json
import secrets
import threading
import time
import urllib.parse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Provider:
    client_id, client_secret = "watchword", "s3cret of+the client"

    def __init__(self):
        self.user = {"sub": "ada", "email": "ada@example.org", "groups": ["ml"]}
        self.codes, self.devices, self.approved, self.refuses_to_answer = {}, {}, set(), False
        self.rotate()
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                provider.get(self)

            def do_POST(self):
                fields = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                provider.post(self, fields)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()

    def rotate(self):
        self.key, self.kid = rsa.generate_private_key(65537, 2048), secrets.token_hex(4)

    def sign(self, claims, header=None):
        now = int(time.time())
        claims = {"iss": self.url, "iat": now, "exp": now + 300} | claims
        header = {"alg": "RS256", "typ": "JWT", "kid": self.kid} if header is None else header
        signed = text(json.dumps(header).encode()) + "." + text(json.dumps(claims).encode())
        return signed + "." + text(self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))

    def answer(self, to, status, tree, headers=()):
        body = json.dumps(tree).encode()
        to.send_response(status)
        for name, value in headers:
            to.send_header(name, value)
        to.send_header("Content-Type", "application/json")
        to.send_header("Content-Length", str(len(body)))
        to.end_headers()
        to.wfile.write(body)

    def get(self, to):
        path, _, query = to.path.partition("?")
        asked = dict(urllib.parse.parse_qsl(query))
        if self.refuses_to_answer:
            self.answer(to, 503, {})
        elif path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "userinfo_endpoint": "/userinfo", "device_authorization_endpoint": "/device", "jwks_uri": "/keys"}
            self.answer(to, 200, {"issuer": self.url} | {name: self.url + path for name, path in names.items()})
        elif path == "/keys":
            numbers = self.key.public_key().public_numbers()
            self.answer(to, 200, {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": text(numbers.n.to_bytes(256, "big")), "e": text(numbers.e.to_bytes(3, "big"))}]})
        elif path == "/authorize":
            assert asked["client_id"] == self.client_id and asked["response_type"] == "code" and "openid" in asked["scope"].split()
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked
            back = asked["redirect_uri"] + "?" + urllib.parse.urlencode({"state": asked["state"], "code": code})
            self.answer(to, 302, {}, [("Location", back)])
        elif path == "/userinfo":
            known = to.headers["Authorization"] == "Bearer access-token"
            self.answer(to, 200 if known else 401, self.user if known else {})
        else:
            self.answer(to, 404, {})

    def is_client(self, to):
        plain = urllib.parse.quote_plus(self.client_id) + ":" + urllib.parse.quote_plus(self.client_secret)
        return to.headers["Authorization"] == "Basic " + base64.b64encode(plain.encode()).decode()

    def post(self, to, fields):
        if not self.is_client(to):
            self.answer(to, 401, {"error": "invalid_client"})
        elif to.path == "/device":
            code = secrets.token_urlsafe(16)
            self.answer(to, 200, {"device_code": code, "user_code": "WDJB-MJHT", "verification_uri": self.url + "/activate", "interval": 1})
        elif fields["grant_type"] == "authorization_code":
            asked = self.codes.pop(fields["code"], None)  # a code is good once
            proof = text(hashlib.sha256(fields["code_verifier"].encode()).digest())
            if asked is None or proof != asked["code_challenge"] or fields["redirect_uri"] != asked["redirect_uri"]:
                self.answer(to, 400, {"error": "invalid_grant"})
            else:
                self.tokens(to, {"nonce": asked["nonce"]})
        elif fields["device_code"] not in self.approved:
            self.devices["last"] = fields["device_code"]
            self.answer(to, 400, {"error": "authorization_pending"})
        else:
            self.tokens(to, {})

    def tokens(self, to, claims):
        token = self.sign({"aud": self.client_id, "sub": self.user["sub"]} | claims)
        self.answer(to, 200, {"access_token": "access-token", "token_type": "Bearer", "id_token": token})
