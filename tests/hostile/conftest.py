"""How hard it is tried: a little in `make test`; with CALSYNC_FUZZ=<examples> (`make fuzz`) nearly every single
mistake, and so many mixtures of them for each property. No example may take longer than a few seconds."""

from hypothesis import HealthCheck, settings

from tests.hostile.spoiled import EXAMPLES

settings.register_profile(
    "hostile",
    max_examples=EXAMPLES or 25,
    derandomize=not EXAMPLES,
    database=None,
    deadline=10_000 if EXAMPLES else None,
    suppress_health_check=list(HealthCheck),
)
