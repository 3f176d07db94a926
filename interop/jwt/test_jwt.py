import re
import time
import urllib.parse

import hvac
import pytest
import requests

SOLE = ["watchword"]


@pytest.fixture
def jobs(root, mount, provider):
    """A mount that believes the provider, with a role for the main branch of one repository."""
    path = mount("jwt")
    root.auth.jwt.configure(oidc_discovery_url=provider.url, bound_issuer=provider.url, path=path)
    root.auth.jwt.create_role(
        "deploy", user_claim="sub", allowed_redirect_uris=[], role_type="jwt", bound_audiences=SOLE, bound_claims={"repository_id": "74", "ref": ["refs/heads/main"]}, claim_mappings={"ref": "branch"},
        token_policies=["deploy"], token_ttl="10m", path=path)
    return path


def job(**changes):
    return {"aud": "watchword", "sub": "repo:octo-org/octo-repo", "repository_id": "74", "ref": "refs/heads/main"} | changes


def test_a_job_logs_in_with_its_token(root, nobody, provider, jobs):
    auth = nobody.auth.jwt.jwt_login("deploy", provider.sign(job()), path=jobs)["auth"]
    assert auth["policies"] == ["default", "deploy"] and auth["lease_duration"] == 600 and auth["metadata"] == {"role": "deploy", "branch": "refs/heads/main"}
    assert nobody.is_authenticated()
    assert nobody.lookup_token()["data"]["display_name"] == f"{jobs}-repo:octo-org/octo-repo"
    assert nobody.auth.token.renew_self()["auth"]["lease_duration"] == 600
    root.auth.jwt.delete_role("deploy", path=jobs)
    with pytest.raises(hvac.exceptions.Forbidden):
        nobody.auth.token.renew_self()


@pytest.mark.parametrize("changes", [{"aud": "other"}, {"aud": []}, {"ref": "refs/heads/x"}, {"repository_id": 74}, {"exp": 1}, {"exp": None}, {"iss": "https://other.example"}, {"iat": 4102444800}, {"sub": None}])
def test_any_other_job_does_not(nobody, provider, jobs, changes):
    with pytest.raises(hvac.exceptions.InvalidRequest):
        nobody.auth.jwt.jwt_login("deploy", provider.sign(job(**changes)), path=jobs)


def test_a_token_that_is_not_signed_is_none(nobody, provider, jobs):
    token = provider.sign(job())
    for header in ({"alg": "none"}, {"alg": "HS256", "kid": provider.kid}, {"alg": "RS256", "kid": provider.kid, "jku": provider.url + "/keys"}):
        with pytest.raises(hvac.exceptions.InvalidRequest, match="error validating token"):
            nobody.auth.jwt.jwt_login("deploy", provider.sign(job(), header), path=jobs)
    for broken in (token[:-4] + "AAAA", token.rsplit(".", 1)[0] + ".", token + ".", "x"):
        with pytest.raises(hvac.exceptions.InvalidRequest, match="error validating token"):
            nobody.auth.jwt.jwt_login("deploy", broken, path=jobs)


def test_keys_change_and_an_issuer_that_is_down_keeps_nobody_out(nobody, provider, jobs):
    old = provider.sign(job())
    assert nobody.auth.jwt.jwt_login("deploy", old, path=jobs)
    provider.rotate()
    token, end = provider.sign(job()), time.time() + 20
    while True:  # at most every five seconds the keys are asked for
        try:
            nobody.auth.jwt.jwt_login("deploy", token, path=jobs)
            break
        except hvac.exceptions.InvalidRequest:
            assert time.time() < end
            time.sleep(0.5)
    with pytest.raises(hvac.exceptions.InvalidRequest):
        nobody.auth.jwt.jwt_login("deploy", old, path=jobs)
    provider.refuses_to_answer = True
    assert nobody.auth.jwt.jwt_login("deploy", token, path=jobs)


def test_a_role_and_a_configuration_read_as_they_were_written(root, provider, jobs):
    role = root.auth.jwt.read_role("deploy", path=jobs)["data"]
    assert role["bound_claims"] == {"repository_id": "74", "ref": ["refs/heads/main"]} and role["bound_audiences"] == SOLE and role["token_ttl"] == 600 and role["oidc_scopes"] is None
    assert root.auth.jwt.list_roles(path=jobs)["data"]["keys"] == ["deploy"]
    config = root.auth.jwt.read_config(path=jobs)["data"]
    assert config["oidc_discovery_url"] == provider.url and config["jwt_supported_algs"] == [] and "oidc_client_secret" not in config
    with pytest.raises(hvac.exceptions.InvalidRequest, match="error checking oidc discovery URL"):
        root.auth.jwt.configure(oidc_discovery_url=provider.url + "/nowhere", path=jobs)


# ---- people ----

BACK = "http://localhost:8250/oidc/callback"


@pytest.fixture
def people(root, mount, provider):
    path = mount("oidc")
    root.auth.jwt.configure(oidc_discovery_url=provider.url, oidc_client_id=provider.client_id, oidc_client_secret=provider.client_secret, default_role="people", path=path)
    return path


def role(root, path, **more):
    fields = {"allowed_redirect_uris": [BACK]} | more
    # Fields that hvac has no parameter for are sent as they are.
    root.write_data(f"auth/{path}/role/people", data={"user_claim": "sub", "groups_claim": "groups", "bound_claims": {"email": "ada@example.org"}, "token_policies": ["people"]} | fields)


def come_back(url):
    """What a browser is sent back with."""
    sent = requests.get(url, allow_redirects=False, timeout=10)
    assert sent.status_code == 302
    back = urllib.parse.urlsplit(sent.headers["Location"])
    return dict(urllib.parse.parse_qsl(back.query))


def test_a_user_is_sent_to_the_provider_and_comes_back(root, nobody, provider, people):
    role(root, people)
    url = nobody.auth.jwt.oidc_authorization_url_request("people", BACK, path=people)["data"]["auth_url"]
    nonce = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["nonce"][0]
    back = come_back(url)
    auth = nobody.auth.jwt.oidc_callback(state=back["state"], nonce=nonce, code=back["code"], path=people)["auth"]
    assert auth["policies"] == ["default", "people"] and auth["metadata"]["role"] == "people"
    with pytest.raises(hvac.exceptions.InvalidRequest, match="Expired or missing OAuth state"):
        nobody.auth.jwt.oidc_callback(state=back["state"], nonce=nonce, code=back["code"], path=people)


def test_another_user_does_not_and_nobody_goes_elsewhere(root, nobody, provider, people):
    role(root, people)
    provider.user = provider.user | {"email": "eve@example.org"}
    back = come_back(nobody.auth.jwt.oidc_authorization_url_request("people", BACK, path=people)["data"]["auth_url"])
    with pytest.raises(hvac.exceptions.InvalidRequest, match="does not match"):
        nobody.auth.jwt.oidc_callback(state=back["state"], nonce="", code=back["code"], path=people)
    assert nobody.auth.jwt.oidc_authorization_url_request("people", "https://evil.example/callback", path=people)["data"]["auth_url"] == ""


def test_a_login_that_somebody_else_began_needs_the_user_s_consent(root, nobody, provider, people):
    address = f"{nobody.url}/v1/auth/{people}/oidc/callback"
    role(root, people, callback_mode="direct", allowed_redirect_uris=[address])
    begun = nobody.write_data(f"auth/{people}/oidc/auth_url", data={"role": "people", "redirect_uri": address, "client_nonce": "n1"})["data"]

    def poll():
        return nobody.write_data(f"auth/{people}/oidc/poll", data={"state": begun["state"], "client_nonce": "n1"})["auth"]

    back = come_back(begun["auth_url"])
    page = requests.get(address, params=back, timeout=10)
    assert page.status_code == 200 and page.headers["Content-Type"].startswith("text/html") and "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    with pytest.raises(hvac.exceptions.InvalidRequest, match="authorization_pending"):
        poll()
    assert requests.get(address, params=back | {"confirmation": "yes"}, timeout=10).status_code == 400
    confirmation = page.text.split('name="confirmation" value="')[1].split('"')[0]
    assert requests.get(address, params=back | {"confirmation": confirmation}, timeout=10).status_code == 200
    assert poll()["policies"] == ["default", "people"]
    with pytest.raises(hvac.exceptions.InvalidRequest):
        poll()


def test_a_device_polls_until_the_user_has_consented(root, nobody, provider, people):
    role(root, people, callback_mode="device", allowed_redirect_uris=[])
    begun = nobody.write_data(f"auth/{people}/oidc/auth_url", data={"role": "people", "client_nonce": "n1"})["data"]
    assert begun["user_code"] == "WDJB-MJHT" and begun["auth_url"] == provider.url + "/activate" and begun["poll_interval"] == "1"
    asked = {"state": begun["state"], "client_nonce": "n1"}
    with pytest.raises(hvac.exceptions.InvalidRequest, match="authorization_pending"):
        nobody.write_data(f"auth/{people}/oidc/poll", data=asked)
    provider.approved.add(provider.devices["last"])
    assert nobody.write_data(f"auth/{people}/oidc/poll", data=asked)["auth"]["policies"] == ["default", "people"]


def test_a_form_is_taken_from_the_browser(root, nobody, provider, people):
    root.auth.jwt.configure(
        oidc_discovery_url=provider.url, oidc_client_id=provider.client_id, oidc_client_secret=provider.client_secret, oidc_response_mode="form_post", oidc_response_types=["id_token"], path=people)
    address = f"{nobody.url}/v1/auth/{people}/oidc/callback"
    role(root, people, allowed_redirect_uris=[address], bound_claims={}, groups_claim="")
    url = nobody.auth.jwt.oidc_authorization_url_request("people", address, path=people)["data"]["auth_url"]
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    assert asked["response_mode"] == "form_post" and asked["response_type"] == "id_token"
    token = provider.sign({"aud": provider.client_id, "sub": "ada", "nonce": asked["nonce"]})
    page = requests.post(address, data={"state": asked["state"], "id_token": token}, timeout=10)
    assert page.status_code == 200 and "oidc-callback" in page.text
    handed = re.search('code:"([^"]+)"', page.text).group(1)
    assert nobody.auth.jwt.oidc_callback(state=asked["state"], nonce="", code=handed, path=people)["auth"]["policies"] == ["default", "people"]
