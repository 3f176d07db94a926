import os
import uuid

import hvac
import pytest
from provider import Provider


@pytest.fixture
def root():
    """A client with the root token."""
    return hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])


@pytest.fixture
def nobody():
    """A client without a token."""
    return hvac.Client(url=os.environ["VAULT_ADDR"])


@pytest.fixture
def provider():
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture
def mount(root):
    """Enables an auth method of a type at a path of its own."""
    paths = []

    def enable(kind):
        path = f"{kind}-{uuid.uuid4().hex[:8]}"
        root.sys.enable_auth_method(kind, path=path)
        paths.append(path)
        return path

    yield enable
    for path in paths:
        root.sys.disable_auth_method(path)
