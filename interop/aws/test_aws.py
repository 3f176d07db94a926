"""The aws auth method: botocore signs GetCallerIdentity, moto answers it as STS does."""

import base64
import json
import os

import boto3
import hvac
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hvac.exceptions import Forbidden, InvalidRequest
from moto.server import ThreadedMotoServer

BODY = "Action=GetCallerIdentity&Version=2011-06-15"
ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def aws():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def keys(aws):
    """A user with an access key, and a session of a role."""
    usual = {"endpoint_url": aws, "region_name": "us-east-1", "aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "secret"}
    iam = boto3.client("iam", **usual)
    iam.create_user(UserName="ada")
    user = iam.create_access_key(UserName="ada")["AccessKey"]
    iam.create_role(RoleName="trainer", AssumeRolePolicyDocument="{}")
    session = boto3.client("sts", **usual).assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/trainer", RoleSessionName="job-1")["Credentials"]
    return {"user": Credentials(user["AccessKeyId"], user["SecretAccessKey"]), "role": Credentials(session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])}


@pytest.fixture
def root(aws):
    client = hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])
    client.sys.enable_auth_method("aws")
    client.auth.aws.configure(access_key="AKIAIOSFODNN7EXAMPLE", secret_key="secret", sts_endpoint=aws, iam_endpoint=aws, iam_server_id_header_value="watchword.test")
    yield client
    client.sys.disable_auth_method("aws")


def role(root, name, arn, resolve=False):
    root.auth.aws.create_role(role=name, auth_type="iam", bound_iam_principal_arn=[arn], resolve_aws_unique_ids=resolve, policies=["default"])


def signed(credentials, body=BODY, server="watchword.test", region="us-east-1"):
    request = AWSRequest("POST", "https://sts.amazonaws.com/", data=body, headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "X-Vault-AWS-IAM-Server-ID": server})
    SigV4Auth(credentials, "sts", region).add_auth(request)
    prepared = request.prepare()
    return {"iam_http_request_method": "POST", "iam_request_url": base64.b64encode(b"https://sts.amazonaws.com/").decode(), "iam_request_body": base64.b64encode(body.encode()).decode(),
            "iam_request_headers": base64.b64encode(json.dumps(dict(prepared.headers.items())).encode()).decode()}


def login(name, question):
    return hvac.Client(url=os.environ["VAULT_ADDR"]).write_data("auth/aws/login", data={"role": name, **question})["auth"]


def test_a_user_and_a_roles_session_log_in_as_botocore_signs(root, keys):
    role(root, "by-user", f"arn:aws:iam::{ACCOUNT}:user/ada")
    role(root, "by-role", f"arn:aws:iam::{ACCOUNT}:role/trainer")
    assert login("by-user", signed(keys["user"]))["metadata"]["canonical_arn"] == f"arn:aws:iam::{ACCOUNT}:user/ada"
    auth = login("by-role", signed(keys["role"]))
    assert auth["metadata"]["client_arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/trainer/job-1"
    assert auth["metadata"]["canonical_arn"] == f"arn:aws:iam::{ACCOUNT}:role/trainer"
    with pytest.raises(Forbidden):
        login("by-user", signed(keys["role"]))


def test_hvac_logs_in_with_its_own_signature(root, keys):
    role(root, "by-user", f"arn:aws:iam::{ACCOUNT}:user/*")
    client = hvac.Client(url=os.environ["VAULT_ADDR"])
    assert client.auth.aws.iam_login(keys["user"].access_key, keys["user"].secret_key, role="by-user", header_value="watchword.test")["auth"]["client_token"]
    assert client.is_authenticated()


def test_a_role_is_bound_to_what_aws_has_for_ever(root, keys):
    role(root, "by-id", f"arn:aws:iam::{ACCOUNT}:user/ada", resolve=True)
    read = root.auth.aws.read_role("by-id")
    assert len(read["bound_iam_principal_id"]) == 1 and read["resolve_aws_unique_ids"] is True
    assert login("by-id", signed(keys["user"]))
    with pytest.raises(InvalidRequest):
        role(root, "nobody", f"arn:aws:iam::{ACCOUNT}:user/nobody", resolve=True)


def test_what_was_signed_for_another_server_or_purpose_is_refused(root, keys):
    role(root, "by-user", f"arn:aws:iam::{ACCOUNT}:user/ada")
    for question in (signed(keys["user"], server="other.test"), signed(keys["user"], body="Action=GetSessionToken&Version=2011-06-15")):
        with pytest.raises(InvalidRequest):
            login("by-user", question)
