import pytest

from tests.conformance.sandbox_salesforce.caller import Caller


@pytest.fixture
def call() -> Caller:
    """A client of a Practifi org as most firms have it."""
    return Caller()
