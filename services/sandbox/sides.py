"""The two remotes side by side, and who is who on both: a mailbox, its user in the org, their addresses.
Knows the calendars of neither."""

from dataclasses import dataclass
from typing import Any

from services.sandbox.log import Side
from services.sandbox.microsoft import Microsoft
from services.sandbox.salesforce import Salesforce
from services.sandbox.wire import Request

_USER = "005"


@dataclass
class Sides:
    """Microsoft and Practifi of one firm."""

    microsoft: Microsoft
    salesforce: Salesforce

    def side(self, request: Request) -> Side | None:
        """The side that serves a request."""
        if self.microsoft.serves(request):
            return "microsoft"
        return "practifi" if self.salesforce.serves(request) else None

    def address(self, name: str) -> str:
        """Somebody's address by id or any other name, in whatever case; the name itself when it is nobody's."""
        user = self.microsoft.tenant.find(name)
        return (user.mail or user.upn).lower() if user else name

    def owner(self, name: str) -> dict[str, Any] | None:
        """The org's active user of a mailbox, or of a user's id, username or address; the first one of several."""
        wanted = {name.lower(), self.address(name.lower())}
        users = [row for row in self.salesforce.rows("User") if row["IsActive"]]
        for key in ("Id", "FederationIdentifier", "Email", "Username"):
            for row in users:
                if str(row[key] or "").lower() in wanted:
                    return row
        return None

    def mailbox_of(self, user: str) -> str:
        """The address of the mailbox of an org's user, "" when the user has none."""
        if not user.startswith(_USER):
            return ""
        row = self.salesforce.row("User", user)
        names = [str(row[key] or "").lower() for key in ("FederationIdentifier", "Email", "Username")]
        return next((self.address(one) for one in names if self.microsoft.tenant.holder(one)), "")
