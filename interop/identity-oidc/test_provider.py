"""An application that uses Authlib lets people sign in by way of Watchword."""
import os
import threading

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.common.security import generate_token

REDIRECT = "https://notebooks.example/oauth_callback"


class Application:
    def __init__(self, root, name, public=False):
        self.name = name
        root.write_data(f"identity/oidc/key/{name}", data={"algorithm": "RS256", "allowed_client_ids": "*"})
        root.write_data(f"identity/oidc/scope/{name}", data={"template": '{"username": {{identity.entity.name}}, "groups": {{identity.entity.groups.names}}}'})
        root.write_data(f"identity/oidc/client/{name}", data={
            "key": name, "redirect_uris": [REDIRECT], "assignments": ["allow_all"], "id_token_ttl": "10m", "access_token_ttl": "5m", "client_type": "public" if public else "confidential"})
        root.write_data(f"identity/oidc/provider/{name}", data={"allowed_client_ids": "*", "scopes_supported": [name]})
        client = root.read(f"identity/oidc/client/{name}")["data"]
        self.id, self.secret = client["client_id"], client.get("client_secret")
        issuer = f"{os.environ['VAULT_ADDR']}/v1/identity/oidc/provider/{name}"
        self.server = requests.get(issuer + "/.well-known/openid-configuration", timeout=30).json()
        assert self.server["issuer"] == issuer

    def session(self, method="client_secret_basic"):
        return OAuth2Session(self.id, self.secret, scope=f"openid {self.name}", redirect_uri=REDIRECT, code_challenge_method="S256", token_endpoint_auth_method=method if self.secret else "none")

    def begin(self, session, **more):
        self.verifier, self.nonce = generate_token(48), generate_token(16)
        url, state = session.create_authorization_url(self.server["authorization_endpoint"], code_verifier=self.verifier, nonce=self.nonce, **more)
        return url, state

    def claims(self, tokens, verifier):
        claims = verifier(self.server["issuer"]).verified(tokens["id_token"], self.id).claims
        assert claims["nonce"] == self.nonce
        return claims


def consent(url, person):
    """What a person's browser or command line does with the application's address: ask with their own token."""
    return requests.get(url, headers={"X-Vault-Token": person.token}, timeout=30)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_somebody_signs_in(root, people, verifier, name, method):
    application = Application(root, name)
    ada = people("ada")
    session = application.session(method)
    url, state = application.begin(session)
    back = consent(url, ada).json()
    assert back["state"] == state
    tokens = session.fetch_token(application.server["token_endpoint"], code=back["code"], code_verifier=application.verifier)
    claims = application.claims(tokens, verifier)
    entity = ada.lookup_token()["data"]["entity_id"]
    assert claims["sub"] == entity and claims["groups"] == [] and tokens["expires_in"] == 300
    told = session.get(application.server["userinfo_endpoint"]).json()
    assert told == {"sub": entity, "username": claims["username"], "groups": []}


def test_a_public_application_signs_people_in_by_pkce_alone(root, people, verifier, name):
    application = Application(root, name, public=True)
    assert application.secret is None
    session = application.session()
    url, _ = application.begin(session)
    code = consent(url, people("ada")).json()["code"]
    tokens = session.fetch_token(application.server["token_endpoint"], code=code, code_verifier=application.verifier)
    assert application.claims(tokens, verifier)["aud"] == application.id


def test_a_stolen_code_is_of_no_use(root, people, name):
    application = Application(root, name)
    session = application.session()
    url, _ = application.begin(session)
    code = consent(url, people("ada")).json()["code"]
    for wrong in ({"code_verifier": "x" * 43}, {}):
        with pytest.raises(Exception, match="invalid_grant|invalid_request"):
            session.fetch_token(application.server["token_endpoint"], code=code, **wrong)
    with pytest.raises(Exception, match="invalid_grant"):
        session.fetch_token(application.server["token_endpoint"], code=code, code_verifier=application.verifier)


def test_of_many_exchanges_of_one_code_one_succeeds(root, people, name):
    application = Application(root, name)
    url, _ = application.begin(application.session())
    code = consent(url, people("ada")).json()["code"]
    statuses = []
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": application.verifier}
    threads = [threading.Thread(target=lambda: statuses.append(requests.post(application.server["token_endpoint"], data=fields, auth=(application.id, application.secret), timeout=60).status_code)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [400] * 15


def test_errors_are_those_of_the_standard(root, people, name):
    application = Application(root, name)
    ada = people("ada")
    session = application.session()
    url, _ = application.begin(session)
    assert consent(url.replace("response_type=code", "response_type=token"), ada).json()["error"] == "unsupported_response_type"
    refused = consent(url.replace("notebooks.example", "evil.example"), ada)
    assert refused.status_code == 400 and refused.json()["error"] == "invalid_redirect_uri"
    wrong = requests.post(application.server["token_endpoint"], data={"grant_type": "authorization_code", "code": "x", "redirect_uri": REDIRECT}, auth=(application.id, "wrong"), timeout=30)
    assert wrong.status_code == 401 and wrong.json() == {"error": "invalid_client", "error_description": "client failed to authenticate"} and wrong.headers["WWW-Authenticate"] == "Basic"
    told = requests.get(application.server["userinfo_endpoint"], headers={"Authorization": "Bearer " + ada.token}, timeout=30)
    assert told.status_code == 401 and told.json()["error"] == "invalid_token" and told.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
    assert requests.get(url, timeout=30).status_code == 403  # nobody


def test_whoever_is_disabled_signs_in_nowhere(root, people, name):
    application = Application(root, name)
    ada = people("ada")
    entity = ada.lookup_token()["data"]["entity_id"]
    session = application.session()
    url, _ = application.begin(session)
    first, second = consent(url, ada).json()["code"], consent(url, ada).json()["code"]
    session.fetch_token(application.server["token_endpoint"], code=first, code_verifier=application.verifier)
    root.secrets.identity.update_entity(entity_id=entity, disabled=True)
    assert session.get(application.server["userinfo_endpoint"]).status_code == 403
    with pytest.raises(Exception, match="invalid_request"):
        session.fetch_token(application.server["token_endpoint"], code=second, code_verifier=application.verifier)
    assert consent(url, ada).status_code == 403


def test_the_audit_log_holds_nothing_that_is_good_for_anything(root, people, name, audit_log):
    application = Application(root, name)
    session = application.session("client_secret_post")
    url, _ = application.begin(session)
    code = consent(url, people("ada")).json()["code"]
    tokens = session.fetch_token(application.server["token_endpoint"], code=code, code_verifier=application.verifier)
    session.get(application.server["userinfo_endpoint"])
    log = audit_log()
    assert f"identity/oidc/provider/{name}/userinfo" in log
    for secret in (application.secret, code, application.verifier, tokens["access_token"], tokens["id_token"]):
        assert secret not in log
