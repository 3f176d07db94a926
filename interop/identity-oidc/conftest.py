import os
import uuid

import hvac
import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet

EVERYTHING = 'path "*" { capabilities = ["create", "read", "update", "delete", "list"] }'


ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA"]


class Verifier:
    """Knows nothing but an issuer's address, and keeps the keys that it fetched."""

    def __init__(self, issuer):
        self.issuer = issuer
        discovery = requests.get(issuer + "/.well-known/openid-configuration", timeout=30).json()
        assert discovery["issuer"] == issuer
        self.keys = KeySet.import_key_set(requests.get(discovery["jwks_uri"], timeout=30).json())

    def verified(self, token, audience):
        told = jwt.decode(token, self.keys, algorithms=ALGORITHMS)
        jwt.JWTClaimsRegistry(iss={"essential": True, "value": self.issuer}, aud={"essential": True, "value": audience}, exp={"essential": True}).validate(told.claims)
        return told


@pytest.fixture
def verifier():
    return lambda issuer=os.environ["VAULT_ADDR"] + "/v1/identity/oidc": Verifier(issuer)


@pytest.fixture
def root():
    """A client with the root token."""
    return hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])


@pytest.fixture
def name():
    """A name that nothing has yet."""
    return "n" + uuid.uuid4().hex[:8]


@pytest.fixture
def people(root):
    """Makes people who log in, each a client with a token of their own."""
    path = "people-" + uuid.uuid4().hex[:8]
    root.sys.create_or_update_policy("everything", EVERYTHING)
    root.sys.enable_auth_method("userpass", path=path)

    def make(user):
        root.auth.userpass.create_or_update_user(user, "correct horse", policies="everything", mount_point=path)
        client = hvac.Client(url=os.environ["VAULT_ADDR"])
        client.auth.userpass.login(user, "correct horse", mount_point=path)
        return client

    yield make
    root.sys.disable_auth_method(path)


@pytest.fixture
def audit_log():
    return lambda: open(os.environ["AUDIT_LOG"]).read()
