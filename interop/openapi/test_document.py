"""The OpenAPI document is valid, names what there is, and every answer is of the form it tells."""

import os

import pytest
import requests
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import validate

ADDRESS = os.environ["VAULT_ADDR"]
ROOT = {"X-Vault-Token": os.environ["VAULT_TOKEN"]}


def ask(method, path, body=None, query=None):
    return requests.request(method, f"{ADDRESS}/v1{path}", headers=ROOT, json=body, params=query, timeout=20, stream=False)


@pytest.fixture(scope="module")
def document():
    requests.post(f"{ADDRESS}/v1/sys/mounts/plain", headers=ROOT, json={"type": "kv"}, timeout=20)
    return ask("GET", "/sys/internal/specs/openapi").json()


def plain_gets(document):
    """Paths without parameters that can be read, besides those that answer in a form of their own or never end."""
    return [path for path, at in document["paths"].items() if "get" in at and "{" not in path and "events" not in path]


def check(document, path, method, answer):
    """The body is what the document says of this status."""
    told = document["paths"][path][method]["responses"]
    response = told[str(answer.status_code)]
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
    if not answer.content:
        assert "content" not in response or answer.status_code == 404, f"{method} {path}: no body, where one was told"
        return
    schema = response.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return
    whole = dict(schema, components=document["components"])
    errors = [f"{list(error.path)}: {error.message[:200]}" for error in OAS30Validator(whole).iter_errors(answer.json())]
    assert errors == [], f"{method} {path} {answer.status_code}"


def fields_told(document, path, method, answer):
    """No field of the answer's data is missing in the document."""
    schema = document["paths"][path][method]["responses"]["200"].get("content", {}).get("application/json", {}).get("schema", {})
    data = schema.get("properties", {}).get("data", {})
    if answer.status_code != 200 or "properties" not in data or "additionalProperties" in data:
        return
    unknown = set((answer.json().get("data") or {}).keys()) - set(data["properties"])
    assert unknown == set(), f"{method} {path}: fields that the document does not name"


def test_the_document_is_valid(document):
    validate(document)


def test_every_plain_path_answers_as_told(document):
    seen = 0
    for path in plain_gets(document):
        folder = path.endswith("/")
        answer = ask("GET", path, query={"list": "true"} if folder else None)
        assert answer.status_code < 500, f"{path}: {answer.text[:300]}"
        check(document, path, "get", answer)
        fields_told(document, path, "get", answer)
        seen += answer.status_code == 200
    assert seen > 25, "most of them have something to tell"


STEPS = [
    ("post", "/secret/data/{path}", {"path": "openapi"}, {"data": {"a": 1}}),
    ("get", "/secret/data/{path}", {"path": "openapi"}, None),
    ("patch", "/secret/data/{path}", {"path": "openapi"}, {"data": {"b": 2}}),
    ("get", "/secret/subkeys/{path}", {"path": "openapi"}, None),
    ("get", "/secret/metadata/{path}", {"path": "openapi"}, None),
    ("delete", "/secret/data/{path}", {"path": "openapi"}, None),
    ("get", "/secret/data/{path}", {"path": "openapi"}, None),
    ("post", "/secret/undelete/{path}", {"path": "openapi"}, {"versions": [2]}),
    ("post", "/plain/{path}", {"path": "openapi"}, {"a": "b"}),
    ("get", "/plain/{path}", {"path": "openapi"}, None),
    ("post", "/auth/token/create", {}, {"ttl": "5m", "policies": ["default"]}),
    ("get", "/auth/token/lookup-self", {}, None),
    ("post", "/auth/token/roles/{role_name}", {"role_name": "openapi"}, {"allowed_policies": "default"}),
    ("get", "/auth/token/roles/{role_name}", {"role_name": "openapi"}, None),
    ("post", "/sys/policies/acl/{name}", {"name": "openapi"}, {"policy": 'path "secret/*" { capabilities = ["read"] }'}),
    ("get", "/sys/policies/acl/{name}", {"name": "openapi"}, None),
    ("post", "/sys/capabilities-self", {}, {"paths": ["secret/data/openapi"]}),
    ("get", "/sys/mounts/{path}", {"path": "secret"}, None),
    ("get", "/sys/mounts/{path}/tune", {"path": "secret"}, None),
    ("post", "/sys/tools/hash", {}, {"input": "YQ=="}),
    ("post", "/sys/wrapping/wrap", {}, {"a": "b"}),
    ("post", "/sys/leases/lookup", {}, {"lease_id": "none"}),
    ("get", "/secret/data/{path}", {"path": "nothing-here"}, None),
]


@pytest.mark.parametrize("method,path,where,body", STEPS, ids=[f"{i}-{step[0]}-{step[1]}" for i, step in enumerate(STEPS)])
def test_a_step_answers_as_told(document, method, path, where, body):
    told = next(each for each in document["paths"] if each.split("{")[0] == path.split("{")[0] and each.count("{") == path.count("{") and each.split("}")[-1] == path.split("}")[-1])
    headers = {"Content-Type": "application/merge-patch+json"} if method == "patch" else {}
    url = path
    for name, value in where.items():
        url = url.replace("{" + name + "}", value)
    answer = requests.request(method, f"{ADDRESS}/v1{url}", headers={**ROOT, **headers}, json=body, timeout=20)
    assert answer.status_code < 500
    check(document, told, method, answer)
    fields_told(document, told, method, answer)


def test_the_check_can_fail(document):
    class Wrong:
        status_code = 200
        content = b"x"

        @staticmethod
        def json():
            return {"request_id": 5}

    with pytest.raises(AssertionError):
        check(document, "/auth/token/lookup-self", "get", Wrong())
