"""Says which key of the policy's mapping the org cannot follow, and why (F2). The word goes away when the org or the
file was mended."""

from collections.abc import Iterable

from contracts.status import Problem
from services.clients.salesforce.row import Column
from services.salesforce_watcher.draft import Draft

PREFIX = "problem/mapping/"
_MEND = "Name a field of Event that can hold it and that the integration user may see and edit"


def show(draft: Draft, columns: Iterable[Column]) -> None:
    """One problem for each field that does not fit; none for those that do by now."""
    wrong = {f"{PREFIX}{column.field}": column for column in columns if column.why}
    draft.rows |= {key: None for key in draft.under(PREFIX, Problem) if key not in wrong}
    draft.rows |= {key: _problem(draft, column) for key, column in wrong.items()}


def _problem(draft: Draft, column: Column) -> Problem:
    asked = draft.policy.mapping.get(column.field)
    where = f"{draft.message.tenant}.toml [policy.mapping.{column.field}]"
    named = f"field {asked.field}: " if asked and asked.field else ""
    return Problem(where, f"{named}{column.why}", _MEND)
