"""By which rule private events are read (P1): the firm's, or the narrower one of somebody's own (D11). The rule is
applied where a row becomes neutral, and nowhere later (ruling 20)."""

from msgspec import Struct

from contracts.policy import PrivateEvents


class Privacy(Struct, frozen=True, omit_defaults=True):
    """`rule` holds for everybody but those in `narrower`: by the id of an owner, or of a single Event, which wins."""

    rule: PrivateEvents = PrivateEvents.BUSY_ONLY
    narrower: dict[str, PrivateEvents] = {}

    def of(self, event: str, owner: str) -> PrivateEvents:
        """The rule for an Event by its id and its owner's."""
        return self.narrower.get(event) or self.narrower.get(owner) or self.rule
