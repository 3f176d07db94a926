"""Workloads show others who they are."""
import os
import time

import hvac
import pytest
from joserfc.errors import JoseError

ISSUER = os.environ["VAULT_ADDR"] + "/v1/identity/oidc"


@pytest.fixture
def role(root, name):
    """A key and a role of one name."""
    root.secrets.identity.create_named_key(name, algorithm="ES256", rotation_period="1h", verification_ttl="1h", allowed_client_ids=["*"])
    root.secrets.identity.create_or_update_role(name, key=name, template='{"name": {{identity.entity.name}}, "run": {{identity.run}}}', client_id="minio-" + name, ttl="10m")
    yield name
    root.secrets.identity.delete_role(name)
    root.secrets.identity.delete_named_key(name)


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA"])
def test_every_algorithm_is_verified_by_others(root, people, verifier, name, algorithm):
    root.secrets.identity.create_named_key(name, algorithm=algorithm, allowed_client_ids=["*"])
    root.secrets.identity.create_or_update_role(name, key=name, client_id="minio")
    ada = people("ada")
    told = ada.secrets.identity.generate_signed_id_token(name)["data"]
    assert told["client_id"] == "minio" and told["ttl"] == 86400
    token = verifier().verified(told["token"], "minio")
    claims = token.claims
    assert claims["sub"] == ada.lookup_token()["data"]["entity_id"] and claims["exp"] - claims["iat"] == 86400 and claims["namespace"] == "root"
    assert token.header["alg"] == algorithm
    assert root.secrets.identity.introspect_signed_id_token(told["token"])["active"] is True
    assert root.secrets.identity.introspect_signed_id_token(told["token"], client_id="other")["active"] is False


def test_keys_and_roles_read_as_they_were_written(root, role):
    identity = root.secrets.identity
    assert identity.read_named_key(role)["data"] == {"algorithm": "ES256", "rotation_period": 3600, "verification_ttl": 3600, "allowed_client_ids": ["*"]}
    told = identity.read_role(role)["data"]
    assert told == {"key": role, "template": '{"name": {{identity.entity.name}}, "run": {{identity.run}}}', "client_id": "minio-" + role, "ttl": 600}
    assert {"default", role} <= set(identity.list_named_keys()["data"]["keys"]) and role in identity.list_roles()["data"]["keys"]
    with pytest.raises(hvac.exceptions.InvalidRequest, match="currently referenced by these roles: " + role):
        identity.delete_named_key(role)
    assert identity.read_tokens_backend_configuration()["data"] == {"issuer": ""}
    assert identity.read_well_known_configurations()["issuer"] == ISSUER
    assert "ES256" in {key["alg"] for key in identity.read_active_public_keys()["keys"]}
    with pytest.raises(hvac.exceptions.InvalidRequest, match="no entity associated with the request's token"):
        identity.generate_signed_id_token(role)


def test_a_key_that_changes_stays_verifiable(root, people, verifier, role):
    ada = people("ada")
    before = ada.secrets.identity.generate_signed_id_token(role)["data"]["token"]
    fetched = verifier()
    root.secrets.identity.rotate_named_key(role, verification_ttl="30m")  # too soon for verifiers: waits
    root.write_data(f"identity/oidc/key/{role}/rotate", data={"verification_ttl": 0})
    after = ada.secrets.identity.generate_signed_id_token(role)["data"]["token"]
    kids = {each.verified(token, "minio-" + role).header["kid"] for each, token in ((fetched, before), (fetched, after), (verifier(), after))}
    assert len(kids) == 2, "whoever had fetched the keys before knows the one that signs now"
    with pytest.raises(JoseError):
        verifier().verified(before, "minio-" + role)


def test_a_namespace_lets_in_whom_another_vouches_for(root, people, role, name):
    """The jwt method of a namespace believes the root's tokens by their discovery address, as any cloud would."""
    root.sys.create_namespace(path=name) if hasattr(root.sys, "create_namespace") else root.write_data("sys/namespaces/" + name)
    there = hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"], namespace=name)
    there.sys.enable_auth_method("jwt")
    there.auth.jwt.configure(oidc_discovery_url=ISSUER, bound_issuer=ISSUER)
    ada = people("ada")
    entity = ada.lookup_token()["data"]["entity_id"]
    there.auth.jwt.create_role("trusted", user_claim="sub", allowed_redirect_uris=[], role_type="jwt", bound_audiences=["minio-" + role], bound_claims={"sub": entity}, token_policies=["trained"])
    token = ada.secrets.identity.generate_signed_id_token(role)["data"]["token"]
    nobody = hvac.Client(url=os.environ["VAULT_ADDR"], namespace=name)
    assert "trained" in nobody.auth.jwt.jwt_login("trusted", token)["auth"]["policies"]
    other = people("eve").secrets.identity.generate_signed_id_token(role)["data"]["token"]
    with pytest.raises(hvac.exceptions.InvalidRequest):
        nobody.auth.jwt.jwt_login("trusted", other)
    root.delete("sys/namespaces/" + name)


def test_a_token_that_ended_or_a_person_that_is_disabled_counts_no_more(root, people, verifier, name):
    root.secrets.identity.create_named_key(name, algorithm="EdDSA", allowed_client_ids=["*"])
    root.secrets.identity.create_or_update_role(name, key=name, client_id="minio", ttl="10m")
    ada = people("ada")
    token = ada.secrets.identity.generate_signed_id_token(name)["data"]["token"]
    entity = ada.lookup_token()["data"]["entity_id"]
    root.secrets.identity.update_entity(entity_id=entity, disabled=True)
    answer = root.secrets.identity.introspect_signed_id_token(token)
    assert answer == {"active": False, "error": "entity is disabled"}
    with pytest.raises(hvac.exceptions.Forbidden):
        ada.secrets.identity.generate_signed_id_token(name)
    root.secrets.identity.update_entity(entity_id=entity, disabled=False)
    root.secrets.identity.create_or_update_role(name, key=name, client_id="minio", ttl=1)
    short = ada.secrets.identity.generate_signed_id_token(name)["data"]["token"]
    fetched, end = verifier(), time.time() + 30
    while time.time() < end:  # for others it ends at its end
        try:
            fetched.verified(short, "minio")
            time.sleep(0.2)
        except JoseError:
            break
    assert time.time() < end


def test_the_audit_log_holds_no_token(root, people, role, audit_log):
    token = people("ada").secrets.identity.generate_signed_id_token(role)["data"]["token"]
    root.secrets.identity.introspect_signed_id_token(token)
    assert "identity/oidc/introspect" in audit_log() and token not in audit_log() and token.split(".")[2] not in audit_log()
