"""Microsoft 365 with memory, as far as a calendar sync meets it."""

from services.sandbox.microsoft.refused import Refused
from services.sandbox.microsoft.remote import Microsoft
from services.sandbox.microsoft.state import Mail
from services.sandbox.microsoft.switches import Switches

__all__ = ["Mail", "Microsoft", "Refused", "Switches"]
