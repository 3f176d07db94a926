"""Users and sessions by moto's IAM and STS, which here check every signature and every policy."""

import json
import os
import pathlib
import re
import subprocess
import time
import urllib.request

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hvac.exceptions import BadGateway, InvalidPath, InvalidRequest
from moto.server import ThreadedMotoServer

ACCOUNT = "123456789012"
READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}]}
ROOT_FOLDER = pathlib.Path(__file__).resolve().parents[2]
# What the manual says that the mount's own user needs is what it has here.
OWN = re.search(r"```json\n(.*?)```", (ROOT_FOLDER / "docs" / "aws.md").read_text(), re.S).group(1)
# Of AWS everybody may ask for a session of their own; moto wants it to be permitted.
SESSION = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:GetSessionToken", "Resource": "*"}]})


@pytest.fixture(scope="module")
def cloud():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    checks(address, False)
    iam = client(address, "iam", "AKIAIOSFODNN7EXAMPLE", "any")
    iam.create_user(UserName="watchword")
    iam.put_user_policy(UserName="watchword", PolicyName="own", PolicyDocument=OWN)
    iam.put_user_policy(UserName="watchword", PolicyName="session", PolicyDocument=SESSION)
    iam.create_user(UserName="operator")
    iam.put_user_policy(UserName="operator", PolicyName="all", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}))
    iam.create_role(RoleName="trainer", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]}))
    iam.put_role_policy(RoleName="trainer", PolicyName="read", PolicyDocument=json.dumps(READ))
    iam.create_group(GroupName="readers")
    iam.put_group_policy(GroupName="readers", PolicyName="read", PolicyDocument=json.dumps(READ))
    iam.create_policy(PolicyName="listing", PolicyDocument=json.dumps(READ))
    key = iam.create_access_key(UserName="operator")["AccessKey"]
    operator = lambda service: client(address, service, key["AccessKeyId"], key["SecretAccessKey"])
    checks(address, True)
    operator("s3").create_bucket(Bucket="data")
    operator("s3").put_object(Bucket="data", Key="train/a", Body=b"1")
    yield address, operator
    server.stop()


def checks(address, on):
    """Whether moto checks signatures and policies: from the first question on, or not for a long time."""
    urllib.request.urlopen(urllib.request.Request(f"{address}/moto-api/reset-auth", data=b"0" if on else b"1000000", headers={"Content-Type": "text/plain"}, method="POST")).read()


def client(address, service, access_key, secret_key, token=None):
    return boto3.client(service, endpoint_url=address, region_name="us-east-1", aws_access_key_id=access_key, aws_secret_access_key=secret_key, aws_session_token=token, config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))


def fresh_key(operator):
    """The only one of the mount's own user."""
    for old in operator("iam").list_access_keys(UserName="watchword")["AccessKeyMetadata"]:
        operator("iam").delete_access_key(UserName="watchword", AccessKeyId=old["AccessKeyId"])
    return operator("iam").create_access_key(UserName="watchword")["AccessKey"]


@pytest.fixture
def aws(root, mount, cloud):
    address, operator = cloud
    key = fresh_key(operator)
    root.secrets.aws.configure_root_iam_credentials(key["AccessKeyId"], key["SecretAccessKey"], region="us-east-1", iam_endpoint=address, sts_endpoint=address, mount_point=mount)
    return root.secrets.aws


def users(operator):
    return sorted(user["UserName"] for user in operator("iam").list_users()["Users"])


def denied(call, *codes):
    with pytest.raises(ClientError) as refused:
        call()
    assert refused.value.response["Error"]["Code"] in codes, refused.value.response


def test_a_user_may_do_what_its_role_says_until_its_lease_ends(root, aws, mount, cloud):
    address, operator = cloud
    aws.create_or_update_role("reader", "iam_user", policy_document=json.dumps(READ), policy_arns=[f"arn:aws:iam::{ACCOUNT}:policy/listing"], iam_tags={"team": "ml"}, mount_point=mount)
    root.write_data(f"{mount}/roles/reader", data={"iam_groups": ["readers"], "user_path": "/jobs/"})
    issued = aws.generate_credentials("reader", mount_point=mount)
    s3 = client(address, "s3", issued["data"]["access_key"], issued["data"]["secret_key"])
    assert s3.get_object(Bucket="data", Key="train/a")["Body"].read() == b"1"
    denied(lambda: s3.put_object(Bucket="data", Key="train/b", Body=b"2"), "AccessDenied")
    made = next(user for user in operator("iam").list_users()["Users"] if user["UserName"].startswith("vault-"))
    assert made["Path"] == "/jobs/"
    tags = {tag["Key"]: tag["Value"] for tag in operator("iam").list_user_tags(UserName=made["UserName"])["Tags"]}
    assert tags["team"] == "ml" and "watchword-lease" in tags

    root.sys.revoke_lease(issued["lease_id"])
    for _ in range(100):
        if users(operator) == ["operator", "watchword"]:
            break
        time.sleep(0.1)
    assert users(operator) == ["operator", "watchword"]
    denied(lambda: s3.get_object(Bucket="data", Key="train/a"), "InvalidAccessKeyId", "InvalidClientTokenId")


def test_nothing_is_left_of_a_user_whose_making_fails_half_way(root, aws, mount, cloud):
    _, operator = cloud
    aws.create_or_update_role("broken", "iam_user", policy_document=json.dumps(READ), policy_arns=[f"arn:aws:iam::{ACCOUNT}:policy/no-such"], mount_point=mount)
    with pytest.raises(BadGateway, match="Error attaching user policy: AWS answered NoSuchEntity, status 404"):
        aws.generate_credentials("broken", mount_point=mount)
    for _ in range(100):
        if users(operator) == ["operator", "watchword"]:
            break
        time.sleep(0.1)
    assert users(operator) == ["operator", "watchword"]


def test_sessions_of_each_form(aws, root, mount, cloud):
    address, _ = cloud
    aws.create_or_update_role("assume", "assumed_role", role_arns=[f"arn:aws:iam::{ACCOUNT}:role/trainer"], policy_document=json.dumps(READ), default_sts_ttl=900, mount_point=mount)
    issued = aws.generate_credentials("assume", endpoint="sts", role_session_name="dag/run 7", mount_point=mount)
    data = issued["data"]
    assert data["arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/trainer/dag_run_7"
    assert 890 <= issued["lease_duration"] <= 900 and not issued["renewable"]
    s3 = client(address, "s3", data["access_key"], data["secret_key"], data["security_token"])
    assert s3.get_object(Bucket="data", Key="train/a")["Body"].read() == b"1"
    denied(lambda: s3.put_object(Bucket="data", Key="train/b", Body=b"2"), "AccessDenied")

    aws.create_or_update_role("federate", "federation_token", policy_document=json.dumps(READ), mount_point=mount)
    assert aws.generate_credentials("federate", endpoint="sts", ttl="30m", mount_point=mount)["data"]["session_token"]
    root.write_data(f"{mount}/roles/own", data={"credential_type": "session_token"})
    assert aws.generate_credentials("own", endpoint="sts", mount_point=mount)["data"]["security_token"]


def test_roles_and_configuration_are_read_back_by_hvac(aws, mount):
    aws.configure_lease("30m", "12h", mount_point=mount)
    assert aws.read_lease_config(mount_point=mount)["data"] == {"lease": "30m0s", "lease_max": "12h0m0s"}
    aws.create_or_update_role("reader", "iam_user", policy_document=json.dumps(READ), mount_point=mount)
    read = aws.read_role("reader", mount_point=mount)["data"]
    assert json.loads(read["policy_document"]) == READ and read["credential_type"] == "iam_user" and read["role_arns"] is None
    assert aws.list_roles(mount_point=mount)["data"]["keys"] == ["reader"]
    aws.delete_role("reader", mount_point=mount)
    with pytest.raises(InvalidPath):
        aws.read_role("reader", mount_point=mount)
    with pytest.raises(InvalidRequest, match="Role \"reader\" not found"):
        aws.generate_credentials("reader", mount_point=mount)


def test_the_mounts_own_key_is_rotated_and_still_works(root, aws, mount, cloud):
    _, operator = cloud
    before = root.read(f"{mount}/config/root")["data"]["access_key"]
    after = aws.rotate_root_iam_credentials(mount_point=mount)["data"]["access_key"]
    assert after != before and root.read(f"{mount}/config/root")["data"]["access_key"] == after
    assert [key["AccessKeyId"] for key in operator("iam").list_access_keys(UserName="watchword")["AccessKeyMetadata"]] == [after]
    root.write_data(f"{mount}/roles/own", data={"credential_type": "session_token"})
    assert aws.generate_credentials("own", endpoint="sts", mount_point=mount)["data"]["access_key"]


def test_a_users_keys_are_kept_and_deleted_with_their_role(root, aws, mount, cloud):
    address, operator = cloud
    operator("iam").create_user(UserName="app")
    operator("iam").put_user_policy(UserName="app", PolicyName="read", PolicyDocument=json.dumps(READ))
    try:
        written = root.write_data(f"{mount}/static-roles/app", data={"username": "app", "rotation_period": "24h"})["data"]
        assert written["rotation_period"] == 86400 and written["username"] == "app" and written["id"]
        assert root.read(f"{mount}/static-roles/app")["data"] == written
        key = root.read(f"{mount}/static-creds/app")["data"]
        s3 = client(address, "s3", key["access_key"], key["secret_key"])
        assert s3.get_object(Bucket="data", Key="train/a")["Body"].read() == b"1"
        root.delete(f"{mount}/static-roles/app")
        assert operator("iam").list_access_keys(UserName="app")["AccessKeyMetadata"] == []
        denied(lambda: s3.get_object(Bucket="data", Key="train/a"), "InvalidAccessKeyId", "InvalidClientTokenId")
    finally:
        operator("iam").delete_user_policy(UserName="app", PolicyName="read")
        operator("iam").delete_user(UserName="app")


def test_every_block_of_the_manual_runs(root, cloud, tmp_path):
    address, operator = cloud
    text = (ROOT_FOLDER / "docs" / "aws.md").read_text()
    blocks = re.findall(r"```sh tour\n(.*?)```", text, re.S)
    assert len(blocks) >= 4
    operator("iam").create_user(UserName="app")
    key = fresh_key(operator)
    launcher = os.environ["WATCHWORD"]
    env = {**os.environ, "PATH": os.path.dirname(launcher) + ":" + os.environ["PATH"], "HOME": str(tmp_path), "AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
           "AWS_ENDPOINT_URL_IAM": address, "AWS_ENDPOINT_URL_STS": address, "TRAINER_ROLE": f"arn:aws:iam::{ACCOUNT}:role/trainer"}
    try:
        done = subprocess.run(["sh", "-c", "set -e\n" + "\n".join(blocks)], cwd=tmp_path, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        for shown in re.findall(r"```text shows\n(.*?)```", text, re.S):
            for line in shown.strip().splitlines():
                assert line.strip() in done.stdout, f"{line!r} is not in\n{done.stdout}{done.stderr}"
    finally:
        root.sys.disable_secrets_engine("aws")
    assert users(operator) == ["app", "operator", "watchword"]
