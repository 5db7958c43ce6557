from tests.conformance.graph.conftest import stage
from tests.conformance.salesforce.conftest import opened, place

__all__ = ["opened", "place", "stage"]
