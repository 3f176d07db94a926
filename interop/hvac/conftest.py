import os

import hvac
import pytest


@pytest.fixture
def root():
    """A client with the root token."""
    return hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])


@pytest.fixture
def as_token():
    """A client with any token."""
    return lambda token: hvac.Client(url=os.environ["VAULT_ADDR"], token=token)
