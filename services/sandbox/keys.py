"""What a client must show to be let in, as the command line gives it: both remotes are made with it, and a world that
comes back from disk is told of keys that have changed meanwhile."""

from dataclasses import dataclass, field

from services.sandbox.faults import Faults
from services.sandbox.microsoft import Microsoft
from services.sandbox.microsoft.login import App
from services.sandbox.salesforce import Salesforce
from services.sandbox.salesforce.session import Sessions
from services.sandbox.sides import Sides
from services.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Keys:
    """One pretend secret for both sides' client credentials; the org also takes assertions by the key's holder."""

    tenant_id: str
    client_id: str
    secret: str = field(repr=False)
    salesforce_client_id: str
    salesforce_username: str
    salesforce_public_key: str | None = None


def made(keys: Keys, seed: int) -> World:
    """An empty world."""
    microsoft = Microsoft(keys.tenant_id, keys.client_id, keys.secret, seed=seed)
    salesforce = Salesforce(
        client_id=keys.salesforce_client_id, client_secret=keys.secret, seed=seed,
        certificate_pem=keys.salesforce_public_key, username=keys.salesforce_username,
    )  # fmt: skip
    return World(Sides(microsoft, salesforce), Faults(seed))


def admit(world: World, keys: Keys) -> None:
    """Takes these keys from now on; an org's sessions end only if its keys have changed."""
    world.sides.microsoft.app = App(keys.client_id, keys.secret)
    org = world.sides.salesforce
    client = keys.salesforce_client_id, keys.secret
    fresh = Sessions(org.memory, org.integration_user, client, keys.salesforce_public_key)
    old = org.sessions
    if (fresh.client_id, fresh.client_secret, fresh.key) != (old.client_id, old.client_secret, old.key):
        org.sessions = fresh
