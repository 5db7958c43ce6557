"""Everything the sandbox remembers, and its one pure door: a request goes in, an answer comes out, the memory changes.
Never opens a file or a socket and never reads a clock, so that a journal of requests is enough to live again."""

from dataclasses import dataclass, field

from services.sandbox import control, faults, log
from services.sandbox.faults import Faults
from services.sandbox.log import Entry, Log, Side
from services.sandbox.sides import Sides
from services.sandbox.wire import Request, Response, answer

CONTROL = "/sandbox/"


@dataclass
class World:
    """Both remotes, the faults that are on, and the log of what was asked."""

    sides: Sides
    faults: Faults = field(default_factory=Faults)
    log: Log = field(default_factory=Log)

    def handle(self, request: Request) -> Response:
        """The answer of the side that serves the path, spoilt by the faults that are on; or of the control paths."""
        if request.path.startswith(CONTROL):
            return control.act(self.sides, self.faults, self.log, request)
        side = self.sides.side(request)
        if side is None:
            return answer(404, {"error": f"nothing is served at {request.path}"})
        name = self.sides.address(log.mailbox(request.path))
        response = self._answered(side, name, request)
        entry = Entry(
            request.at, request.method, log.template(request.path), response.status, side, log.kind(request), name
        )
        self.log.note(entry)
        return response

    @property
    def serial(self) -> int:
        """Microsoft's running number: reads draw from it too, so a replay without them must be told it."""
        return self.sides.microsoft.tenant.serial

    @serial.setter
    def serial(self, serial: int) -> None:
        self.sides.microsoft.tenant.serial = serial

    def changes(self, request: Request) -> bool:
        """Whether a request may change the memory; while a fault is on, any does: it draws a lot."""
        if request.path.startswith(CONTROL):
            return request.method != "GET"
        return bool(self.faults.on) or log.kind(request) != "read"

    def _answered(self, side: Side, name: str, request: Request) -> Response:
        fault = self.faults.strike(side, name, request)
        remote = self.sides.microsoft if side == "microsoft" else self.sides.salesforce
        return faults.spoilt(fault, side, request, remote.handle) if fault else remote.handle(request)
