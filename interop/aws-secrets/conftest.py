import os
import uuid

import hvac
import pytest


@pytest.fixture
def root():
    return hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])


@pytest.fixture
def mount(root):
    """A mount of the engine of its own."""
    path = "aws-" + uuid.uuid4().hex[:8]
    root.sys.enable_secrets_engine("aws", path=path)
    yield path
    root.sys.disable_secrets_engine(path)
