"""How many API calls an org has spent in 24 hours, and what it says of them (salesforce.md §5, §7).
Counts by the hour, so that the memory of a day is 24 numbers."""

from datetime import datetime, timedelta
from typing import Any

from services.sandbox.salesforce.memory import Memory
from services.sandbox.salesforce.refused import Refused

EDITION, LICENCE = 100_000, 1_000
_DAY = timedelta(hours=24)


class Usage:
    """The calls of the last 24 hours."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.hours: dict[datetime, int] = {}
        self.used = 0

    def limit(self) -> int:
        """The calls of 24 hours: the edition's and those of its licences, unless the org says otherwise."""
        given = self.memory.switches.daily_limit
        if given is not None:
            return given
        users = self.memory.tables["User"].rows.values()
        licences = [user for user in users if user["IsActive"] and user["UserType"] == "Standard"]
        return EDITION + LICENCE * len(licences)

    def spend(self, calls: int, at: datetime) -> None:
        """Count calls; Refused 403 when the day's are spent."""
        hour = at.replace(minute=0, second=0, microsecond=0)
        if hour not in self.hours:
            self.hours = {old: count for old, count in self.hours.items() if hour - old < _DAY}
            self.used = sum(self.hours.values())
        if self.used + calls > self.limit():
            raise Refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self.hours[hour] = self.hours.get(hour, 0) + calls
        self.used += calls

    def header(self) -> dict[str, str]:
        return {"Sforce-Limit-Info": f"api-usage={self.used}/{self.limit()}"}

    def resource(self) -> dict[str, Any]:
        """The body of `/limits`."""
        limit = self.limit()
        return {
            "DailyApiRequests": {"Max": limit, "Remaining": limit - self.used},
            "DailyAsyncApexExecutions": {"Max": 250_000, "Remaining": 250_000},
            "DailyBulkApiBatches": {"Max": 15_000, "Remaining": 15_000},
            "DataStorageMB": {"Max": 10_240, "Remaining": 10_000},
            "HourlyPublishedPlatformEvents": {"Max": 50_000, "Remaining": 50_000},
            "DailyDeliveredPlatformEvents": {"Max": 25_000, "Remaining": 25_000},
        }
