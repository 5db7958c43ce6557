"""A Practifi org with memory, spoken to by requests (org.py) and by people in the org (its methods).
Never opens a connection, reads a clock or draws at random: seed and requests decide all."""

from services.sandbox.salesforce.org import Salesforce
from services.sandbox.salesforce.refused import Refused
from services.sandbox.salesforce.switches import Switches

__all__ = ["Refused", "Salesforce", "Switches"]
