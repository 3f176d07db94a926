"""Sessions of MinIO's STS: boto3 reads what the role's policy allows, and nothing else."""

import json
import os
import pathlib
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hvac.exceptions import BadGateway

USER, PASSWORD = "minio-root", "minio-root-secret"
# MinIO has one kind of session, whatever role is named.
ROLE = "arn:aws:iam::000000000000:role/train"
TRAIN = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/train/*"},
    {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::data", "Condition": {"StringLike": {"s3:prefix": "train/*"}}}]}


def client(address, service, access_key, secret_key, token=None):
    return boto3.client(service, endpoint_url=address, region_name="us-east-1", aws_access_key_id=access_key, aws_secret_access_key=secret_key, aws_session_token=token, config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))


@pytest.fixture(scope="module")
def minio():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    program = next(pathlib.Path(os.environ["MINIO_BINARIES"]).glob("minio-*"))
    with tempfile.TemporaryDirectory() as work:
        log = open(pathlib.Path(work) / "log", "wb")
        env = {"PATH": os.environ["PATH"], "HOME": work, "MINIO_ROOT_USER": USER, "MINIO_ROOT_PASSWORD": PASSWORD, "MINIO_UPDATE": "off", "MINIO_BROWSER": "off"}
        server = subprocess.Popen([str(program), "server", "--address", f"127.0.0.1:{port}", work + "/data"], env=env, cwd=work, stdout=log, stderr=log)
        try:
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"{address}/minio/health/ready").read()
                    break
                except (urllib.error.URLError, ConnectionError):
                    assert server.poll() is None, (pathlib.Path(work) / "log").read_text()
                    time.sleep(0.1)
            s3 = client(address, "s3", USER, PASSWORD)
            s3.create_bucket(Bucket="data")
            s3.put_object(Bucket="data", Key="train/a", Body=b"1")
            s3.put_object(Bucket="data", Key="other/b", Body=b"2")
            yield address
        finally:
            server.terminate()
            server.wait()


@pytest.fixture
def session(root, mount, minio):
    """Asks for a session by the role, with what a job may send."""
    root.secrets.aws.configure_root_iam_credentials(USER, PASSWORD, region="us-east-1", sts_endpoint=minio, iam_endpoint=minio, mount_point=mount)
    root.secrets.aws.create_or_update_role("train", "assumed_role", role_arns=[ROLE], policy_document=json.dumps(TRAIN), default_sts_ttl=900, mount_point=mount)
    return lambda: root.secrets.aws.generate_credentials("train", endpoint="sts", mount_point=mount)


def keys(issued):
    data = issued["data"]
    return data["access_key"], data["secret_key"], data["security_token"]


def refused(call):
    with pytest.raises(ClientError) as error:
        call()
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403, error.value.response


def test_a_session_reads_its_prefix_and_nothing_else(session, minio):
    issued = session()
    assert 880 <= issued["lease_duration"] <= 900 and issued["data"]["ttl"] == issued["lease_duration"]
    s3 = client(minio, "s3", *keys(issued))
    assert s3.get_object(Bucket="data", Key="train/a")["Body"].read() == b"1"
    assert [each["Key"] for each in s3.list_objects_v2(Bucket="data", Prefix="train/")["Contents"]] == ["train/a"]
    refused(lambda: s3.get_object(Bucket="data", Key="other/b"))
    refused(lambda: s3.list_objects_v2(Bucket="data", Prefix="other/"))
    refused(lambda: s3.put_object(Bucket="data", Key="train/c", Body=b"3"))
    refused(lambda: s3.delete_object(Bucket="data", Key="train/a"))


def test_a_session_gives_itself_no_other(session, minio):
    """Number 60 of the list of failures: a restricted session makes nothing that is less so."""
    sts = client(minio, "sts", *keys(session()))
    with pytest.raises(ClientError):
        sts.assume_role(RoleArn=ROLE, RoleSessionName="wider")


def test_a_session_without_its_token_is_nothing(session, minio):
    access_key, secret_key, _ = keys(session())
    refused(lambda: client(minio, "s3", access_key, secret_key).get_object(Bucket="data", Key="train/a"))


def test_a_wrong_key_of_the_mount_is_told_without_it(root, mount, session, minio):
    root.secrets.aws.configure_root_iam_credentials(USER, "wrong-secret", region="us-east-1", sts_endpoint=minio, mount_point=mount)
    with pytest.raises(BadGateway, match="Error assuming role: AWS answered AccessDenied, status 403") as told:
        session()
    assert "wrong-secret" not in str(told.value)


def test_a_session_has_an_end(session, minio):
    """STS gives a quarter of an hour at least: AWS_SECRETS_EXPIRY=1, the deep mode, waits for it; else the end is looked at."""
    issued = session()
    s3 = client(minio, "s3", *keys(issued))
    assert s3.get_object(Bucket="data", Key="train/a")["Body"].read() == b"1"
    if os.environ.get("AWS_SECRETS_EXPIRY"):
        time.sleep(issued["lease_duration"] + 2)
        refused(lambda: s3.get_object(Bucket="data", Key="train/a"))
    else:
        assert issued["lease_duration"] <= 900 and not issued["renewable"]
