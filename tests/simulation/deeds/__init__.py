"""What may happen in a story, by who does it, how often it happens, and how everything is mended."""

from random import Random

from msgspec.structs import replace

from contracts.control import Resume
from contracts.policy import Direction, Invitations
from tests.simulation.deeds import (  # each enters its deeds into the list
    administrator,
    disk,
    editing,
    guests,
    machines,
    making,
    meetings,
    people,
    remotes,
    series,
)
from tests.simulation.deeds.deed import DEEDS, Step
from tests.simulation.stage import SERVICES
from tests.simulation.tale import SYNCED, Tale

__all__ = ["BEFORE", "DEEDS", "LATER", "WEIGHTS", "WORK", "Step", "mend"]

_ALL = (administrator, disk, editing, guests, machines, making, meetings, people, remotes, series)
WEIGHTS = {
    "outlook_meets": 6, "outlook_repeats": 4, "outlook_all_day": 2, "outlook_private": 1, "practifi_meets": 6,
    "practifi_all_day": 1, "practifi_wishes_teams": 1, "outsider_invites": 2,
    "outlook_edits": 8, "practifi_edits": 8, "both_edit": 3, "outlook_deletes": 2, "practifi_deletes": 2,
    "outlook_moves_far": 1, "outlook_turns_day": 1, "practifi_turns_day": 1,
    "series_is_edited": 2, "series_ends_earlier": 1, "series_is_deleted": 1, "occurrence_moves": 2,
    "single_becomes_series": 1,
    "outlook_answers": 3, "practifi_answers": 2, "invitee_answers": 2, "outlook_edits_copy": 1,
    "practifi_edits_copy": 2, "outlook_deletes_copy": 1, "practifi_deletes_copy": 1, "outsider_acts": 2,
    "outlook_hides": 2, "outlook_shows": 1, "owner_changes": 2, "outlook_leaves_out": 1, "somebody_syncs": 9,
    "pauses": 2, "disables": 1, "direction_turns": 1, "invitations_change": 1, "privacy_changes": 1,
    "remotes_fail": 7, "remotes_ask_to_wait": 1, "deltas_are_forgotten": 1, "sessions_end": 1, "access_is_revoked": 1,
    "broker_is_bad": 3, "broker_falls": 2, "process_dies": 6, "process_starts": 5, "process_freezes": 2,
    "store_is_lost": 1, "store_is_copied": 2, "store_is_restored": 1, "all_are_recovered": 1, "time_passes": 9,
    "outlook_changes_guests": 3, "practifi_changes_people": 2,
}  # fmt: skip
"""How often each happens, of their sum."""
WORK = {
    "outlook_meets": 6, "practifi_meets": 6, "outlook_edits": 6, "practifi_edits": 6, "both_edit": 4,
    "outlook_deletes": 2, "practifi_deletes": 2, "outlook_moves_far": 1, "outlook_private": 1, "owner_changes": 2,
    "somebody_syncs": 12, "remotes_fail": 6, "remotes_ask_to_wait": 2, "access_is_revoked": 2, "broker_is_bad": 4,
    "process_dies": 10, "process_starts": 8, "process_freezes": 3, "time_passes": 8,
}  # fmt: skip
"""People at work and machines that fail, without anything special: what breaks shows sooner here (`variants`)."""
LATER = {"window_changes": 1}
"""Not in WEIGHTS: a window that was widened is filled with the next day, for which no story waits yet."""
BEFORE = {
    "outlook_meets": 4, "outlook_repeats": 2, "outlook_all_day": 1, "outlook_private": 1, "practifi_meets": 4,
    "practifi_all_day": 1, "outsider_invites": 1, "broker_is_bad": 1, "remotes_fail": 1,
}  # fmt: skip
"""What may be so before the first run."""


async def mend(tale: Tale, chance: Random) -> None:
    """Everything that is broken is whole again, everybody lives, and the firm is active; more often than not it syncs
    both ways."""
    stage = tale.stage
    stage.world.faults.clear()
    stage.patience = 0
    stage.world.sides.salesforce.memory.faults.clear()
    stage.broker.lose = stage.broker.repeat = stage.broker.reorder = 0.0
    for who in SYNCED:
        remotes.give(tale, who, "mailbox")
    for name, some in stage.processes.items():
        for process in list(some):
            process.risk.left, process.frozen = None, 0
            if process.risk.dead:
                await stage.end(name, process)
    for name in SERVICES:
        if not stage.processes[name]:
            await stage.start(name)
    await _governed(tale, chance)
    await stage.breathe(20)  # the leases of who died run out
    stage.tell(Resume("an administrator"))


async def _governed(tale: Tale, chance: Random) -> None:
    policy = replace(tale.policy, enabled=True)
    if chance.random() < 0.8 or tale.opened:
        policy = replace(policy, direction=Direction.TWO_WAY)
    if chance.random() < 0.8:
        policy = replace(policy, invitations=Invitations.ON_CREATE, future_inbound_months=24, future_outbound_months=24)
    if policy != replace(tale.policy, enabled=True):
        tale.turned()
    if policy != tale.policy:
        await tale.stage.govern(policy)
