"""What people do in Outlook, by the same rules and with the same mails as a request; marked as a person's.
Serves the firm maker, the import of calendar files and the control interface."""

from datetime import UTC, date, datetime
from typing import Any

from services.sandbox.microsoft import answers, changes, events, ids, occurrences, render, zones
from services.sandbox.microsoft.meetings import Act
from services.sandbox.microsoft.refused import Refused
from services.sandbox.microsoft.render import Form, Shelf
from services.sandbox.microsoft.state import Json, Kind, Mail, Mailbox, Tenant, User
from services.sandbox.microsoft.switches import Switches

_FORM = Form()


class Outlook:
    """A tenant in the hands of its people. A mailbox is named by object id, user principal name or any address."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant

    @property
    def mails(self) -> list[Mail]:
        """Every mail that Exchange would have sent, oldest first."""
        return self.tenant.mails

    @property
    def switches(self) -> Switches:
        """The guesses in force; may be replaced at any time."""
        return self.tenant.switches

    @switches.setter
    def switches(self, switches: Switches) -> None:
        self.tenant.switches = switches
        for box in self.tenant.mailboxes.values():
            for event in box.events.values():
                event.cache.clear()

    def add_user(
        self,
        *,
        name: str,
        upn: str,
        mail: str | None = None,
        aliases: tuple[str, ...] = (),
        zone: str = "W. Europe Standard Time",
        kind: Kind = "mailbox",
        teams: bool = True,
    ) -> str:
        """A new person; gives the object id. `mail` defaults to the UPN. Refused 400 for an address in use."""
        zones.resolve(zone)
        tenant = self.tenant
        oid = ids.guid(tenant.seed, "user", upn.lower())
        tenant.change += 1
        user = User(oid, name, upn, upn if mail is None else mail, tuple(aliases), zone, kind, teams, tenant.change)
        taken = [one for one in user.addresses() if one and one in tenant.names]
        if taken:
            message = "Another object with the same value for property proxyAddresses already exists."
            raise Refused(400, "Request_BadRequest", message)
        tenant.users[oid] = user
        tenant.names.update({one: oid for one in (oid, *user.addresses()) if one})
        if kind not in {"on_premises", "unlicensed"}:
            tenant.mailboxes[oid] = self._mailbox_of(oid)
        return oid

    def remove_user(self, user: str) -> None:
        """A person leaves: user and mailbox are gone, what others hold stays."""
        found = self.tenant.user(user)
        self.tenant.change += 1
        self.tenant.removed[found.oid] = self.tenant.change
        del self.tenant.users[found.oid]
        self.tenant.mailboxes.pop(found.oid, None)
        self.tenant.names = {name: oid for name, oid in self.tenant.names.items() if oid != found.oid}

    def change_user(
        self, user: str, *, kind: Kind | None = None, zone: str | None = None, teams: bool | None = None
    ) -> None:
        """Another licence, zone or Teams permission; a mailbox that was there comes back with its events."""
        found = self.tenant.user(user)
        if zone:
            zones.resolve(zone)
        found.kind, found.zone = kind or found.kind, zone or found.zone
        found.teams = found.teams if teams is None else teams
        self.tenant.change += 1
        found.change = self.tenant.change
        if found.kind not in {"on_premises", "unlicensed"} and found.oid not in self.tenant.mailboxes:
            self.tenant.mailboxes[found.oid] = self._mailbox_of(found.oid)

    def mailboxes(self) -> list[Json]:
        """Everybody with a calendar: id, mail, upn, name."""
        people = [self.tenant.users[oid] for oid in self.tenant.mailboxes]
        return [{"id": one.oid, "mail": one.mail, "upn": one.upn, "name": one.name} for one in people]

    def add(self, mailbox: str, event: Json, at: datetime, *, notify: bool = True, copies: bool = True) -> Json:
        """A new event; `iCalUId`, `isCancelled`, attendees' answers and an outsider as `organizer` are taken, too.
        Without `notify` nobody is mailed; without `copies` no other mailbox gets its copy."""
        act = self._act(mailbox, at, notify=notify, copies=copies)
        made = changes.create(act, event, trusted=True)
        return self._shown(act.mailbox, made, None)

    def change(
        self, mailbox: str, event_id: str, patch: Json, at: datetime, *, notify: bool = True, copies: bool = True
    ) -> Json:
        """Changes an event or, by its id, one occurrence, which becomes an exception."""
        act = self._act(mailbox, at, notify=notify, copies=copies)
        event, slot = events.find(act.mailbox, event_id)
        changes.change(act, event, slot, patch, trusted=True)
        return self._shown(act.mailbox, event, slot)

    def delete(self, mailbox: str, event_id: str, at: datetime, *, notify: bool = True, copies: bool = True) -> None:
        """Deletes an event or one occurrence; an organiser thereby cancels it."""
        act = self._act(mailbox, at, notify=notify, copies=copies)
        changes.remove(act, *events.find(act.mailbox, event_id))

    def respond(self, mailbox: str, event_id: str, response: str, at: datetime, *, send: bool = True) -> None:
        """An attendee's answer: `accept`, `tentativelyAccept` or `decline`, or the responseType of these."""
        act = self._act(mailbox, at)
        answer = answers.RESPONSES.get(response, response)
        if answer not in answers.RESPONSES.values():
            raise Refused(400, "ErrorInvalidParameter", f"'{response}' is no response.")
        answers.respond(act, *events.find(act.mailbox, event_id), answer, send=send)

    def occurrence_id(self, mailbox: str, event_id: str, day: date) -> str:
        """The id of a series' occurrence by its original date; Refused 404 when there is none."""
        box = self._box(mailbox)
        event, _ = events.find(box, event_id)
        occurrences.at(event, day)
        return box.id_of(event, day)

    def events(self, mailbox: str, start: datetime | None = None, end: datetime | None = None) -> list[Json]:
        """Masters, singles and exceptions; with a window what the calendar shows in it, by start."""
        box = self._box(mailbox)
        if start or end:
            low, high = start or datetime.min.replace(tzinfo=UTC), end or datetime.max.replace(tzinfo=UTC)
            views = [view for event in box.events.values() for view in occurrences.within(event, low, high)]
            views.sort(key=lambda view: view.span.instants()[0])
        else:
            pairs = [(event, slot) for event in box.events.values() for slot in (None, *sorted(event.edits))]
            views = [occurrences.at(event, slot) for event, slot in pairs]
        return [render.annotated(Shelf(self.tenant, box), view, _FORM) for view in views]

    def forget_deltas(self, mailbox: str | None = None) -> None:
        """Evicts the delta tokens of one mailbox or of all: the next use of one answers 410."""
        for box in [self._box(mailbox)] if mailbox else self.tenant.mailboxes.values():
            box.generation += 1

    def forget_tokens(self) -> None:
        """Ends every access token: the next request answers 401."""
        self.tenant.tokens.clear()

    def _mailbox_of(self, oid: str) -> Mailbox:
        return Mailbox(oid, ids.digest(16, self.tenant.seed, "mailbox", oid))

    def _box(self, name: str) -> Mailbox:
        box = self.tenant.holder(name)
        if box is None:
            raise Refused(404, "MailboxNotEnabledForRESTAPI", f"'{name}' has no mailbox here.")
        return box

    def _act(self, mailbox: str, at: datetime, *, notify: bool = True, copies: bool = True) -> Act:
        return Act(self.tenant, self._box(mailbox), at, "person", notify, copies)

    def _shown(self, box: Mailbox, event: Any, slot: date | None) -> Json:
        return render.annotated(Shelf(self.tenant, box), occurrences.at(event, slot), _FORM)
