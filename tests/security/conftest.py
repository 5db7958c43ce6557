"""The two remotes of the conformance suites, for tests that spoil what they answer."""

from tests.conformance.graph.conftest import stage
from tests.conformance.salesforce.conftest import opened as org_opened

__all__ = ["org_opened", "stage"]
