import hvac
import pytest


@pytest.fixture
def token_mount(root):
    """Accessor of the mount whose aliases token roles may name."""
    return root.sys.list_auth_methods()["data"]["token/"]["accessor"]


@pytest.fixture
def as_alias(root, as_token):
    """A client with a token of the entity that has an alias."""
    root.auth.token.create_or_update_role("people", allowed_policies=["default"], allowed_entity_aliases=["*"], orphan=True)
    yield lambda alias: as_token(root.auth.token.create(role_name="people", entity_alias=alias, policies=["default"], ttl="1h")["auth"]["client_token"])
    root.auth.token.delete_role("people")


def test_an_entity_is_made_read_changed_listed_and_deleted(root):
    api = root.secrets.identity
    made = api.create_or_update_entity(name="Ada", policies=["reader"], metadata={"team": "ml"})["data"]
    assert made["name"] == "Ada" and made["aliases"] is None
    shown = api.read_entity(made["id"])["data"]
    assert shown["policies"] == ["reader"] and shown["metadata"] == {"team": "ml"} and shown["disabled"] is False and shown["aliases"] == []
    assert api.read_entity_by_name("ada")["data"] == shown
    assert api.create_or_update_entity_by_name("ada", policies=["a", "b"], metadata={}).status_code == 204
    assert api.read_entity(made["id"])["data"]["policies"] == ["a", "b"]
    assert api.update_entity(made["id"], name="ada", disabled=True, metadata={"x": "y"}).status_code == 204
    assert api.read_entity(made["id"])["data"]["disabled"] is True
    assert made["id"] in api.list_entities()["data"]["keys"] and "ada" in api.list_entities_by_name()["data"]["keys"]
    assert api.list_entities()["data"]["key_info"][made["id"]]["name"] == "ada"
    assert api.lookup_entity(name="ADA")["data"]["id"] == made["id"]
    api.delete_entity_by_name("ada")
    with pytest.raises(hvac.exceptions.InvalidPath):
        api.read_entity(made["id"])


def test_an_alias_is_made_looked_up_changed_and_deleted(root, token_mount):
    api = root.secrets.identity
    entity = api.create_or_update_entity(name="alias-owner")["data"]["id"]
    alias = api.create_or_update_entity_alias(name="owner", canonical_id=entity, mount_accessor=token_mount)["data"]["id"]
    shown = api.read_entity_alias(alias)["data"]
    assert shown["canonical_id"] == entity and shown["mount_path"] == "auth/token/" and shown["mount_type"] == "token"
    assert api.lookup_entity(alias_name="owner", alias_mount_accessor=token_mount)["data"]["id"] == entity
    assert api.lookup_entity(alias_id=alias)["data"]["aliases"][0]["id"] == alias
    assert api.update_entity_alias(alias, name="owner2", canonical_id=entity, mount_accessor=token_mount)["data"]["id"] == alias
    assert api.list_entity_aliases()["data"]["key_info"][alias]["name"] == "owner2"
    api.delete_entity_alias(alias)
    assert api.read_entity(entity)["data"]["aliases"] == []
    api.delete_entity(entity)


def test_groups_give_their_policies_to_all_that_are_in_them(root, as_alias):
    api = root.secrets.identity
    root.sys.create_or_update_policy("sees-mounts", 'path "sys/mounts" { capabilities = ["read"] }')
    ada = as_alias("group-ada")
    entity = ada.lookup_token()["data"]["entity_id"]
    with pytest.raises(hvac.exceptions.Forbidden):
        ada.sys.list_mounted_secrets_engines()
    low = api.create_or_update_group(name="low", member_entity_ids=[entity])["data"]["id"]
    top = api.create_or_update_group(name="top", policies=["sees-mounts"], member_group_ids=[low], metadata={"k": "v"})["data"]["id"]
    assert "identity/" in ada.sys.list_mounted_secrets_engines()["data"]
    assert ada.lookup_token()["data"]["identity_policies"] == ["sees-mounts"]
    assert root.sys.get_capabilities(["sys/mounts"], token=ada.token)["data"]["sys/mounts"] == ["read"]
    assert api.read_entity(entity)["data"]["inherited_group_ids"] == [top]
    with pytest.raises(hvac.exceptions.InvalidRequest, match="cyclic relationship"):
        api.update_group(low, name="low", member_group_ids=[top])
    assert api.read_group_by_name("TOP")["data"]["member_group_ids"] == [low]
    assert api.lookup_group(name="top")["data"]["id"] == top and "top" in api.list_groups_by_name()["data"]["keys"]
    api.update_group(low, name="low", member_entity_ids=[])
    with pytest.raises(hvac.exceptions.Forbidden):
        ada.sys.list_mounted_secrets_engines()
    api.delete_group(top)
    api.delete_group_by_name("low")
    with pytest.raises(hvac.exceptions.InvalidPath):
        api.read_group(top)


def test_an_external_group_has_an_alias(root, token_mount):
    api = root.secrets.identity
    group = api.create_or_update_group(name="dev", group_type="external", policies=["default"])["data"]["id"]
    alias = api.create_or_update_group_alias(name="cn=dev", canonical_id=group, mount_accessor=token_mount)["data"]["id"]
    assert api.read_group_alias(alias)["data"]["canonical_id"] == group
    assert api.read_group(group)["data"]["alias"]["name"] == "cn=dev"
    assert api.lookup_group(alias_name="cn=dev", alias_mount_accessor=token_mount)["data"]["type"] == "external"
    assert api.list_group_aliases()["data"]["keys"] == [alias]
    api.delete_group_alias(alias)
    assert api.read_group(group)["data"]["alias"] == {}
    api.delete_group(group)


def test_a_merged_entity_s_tokens_go_on_and_a_disabled_one_s_do_not(root, as_alias):
    api = root.secrets.identity
    ada = as_alias("merge-ada")
    twin = api.create_or_update_entity(name="twin", policies=["twins"])["data"]["id"]
    entity = ada.lookup_token()["data"]["entity_id"]
    api.merge_entities(from_entity_ids=[entity], to_entity_id=twin)
    facts = ada.lookup_token()["data"]
    assert facts["entity_id"] == twin and facts["identity_policies"] == ["twins"]
    assert as_alias("merge-ada").lookup_token()["data"]["entity_id"] == twin
    api.update_entity(twin, name="twin", disabled=True)
    assert not ada.is_authenticated()
    with pytest.raises(hvac.exceptions.Forbidden):
        as_alias("merge-ada")
    api.update_entity(twin, name="twin", disabled=False)
    assert ada.is_authenticated()
    api.delete_entity(twin)
    assert not ada.is_authenticated()


def test_a_template_is_filled_by_who_asks(root, as_alias):
    root.sys.create_or_update_policy("own-home", 'path "secret/data/home/{{identity.entity.metadata.home}}/*" { capabilities = ["create", "read", "update"] }')
    clients = {}
    for name in ("left", "right"):
        clients[name] = as_alias("home-" + name)
        root.secrets.identity.update_entity(clients[name].lookup_token()["data"]["entity_id"], policies=["own-home"], metadata={"home": name})
    clients["left"].secrets.kv.v2.create_or_update_secret("home/left/a", secret={"k": "v"}, mount_point="secret")
    with pytest.raises(hvac.exceptions.Forbidden):
        clients["right"].secrets.kv.v2.read_secret_version("home/left/a", mount_point="secret", raise_on_deleted_version=True)


def test_who_may_write_identities_gains_nothing_by_it(root, as_token, as_alias):
    root.sys.create_or_update_policy("identity-operator", 'path "identity/*" { capabilities = ["create", "read", "update", "delete", "list"] }')
    operator = as_token(root.auth.token.create(policies=["identity-operator"], ttl="1h")["auth"]["client_token"]).secrets.identity
    victim = as_alias("standing-victim").lookup_token()["data"]["entity_id"]
    for wanted in (["root"], [" ROOT"]):
        with pytest.raises(hvac.exceptions.InvalidRequest):
            operator.create_or_update_entity(name="gain", policies=wanted)
    with pytest.raises(hvac.exceptions.Forbidden, match="sudo"):
        operator.create_or_update_entity(name="gain", policies=["other"])
    with pytest.raises(hvac.exceptions.Forbidden, match="sudo"):
        operator.create_or_update_group(name="gain", policies=["other"])
    with pytest.raises(hvac.exceptions.Forbidden):
        operator.merge_entities(from_entity_ids=[operator.create_or_update_entity(name="puppet")["data"]["id"]], to_entity_id=victim)
