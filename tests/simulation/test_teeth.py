"""The simulation notices what is broken on purpose: each variant goes wrong within some stories that end well
otherwise. A story that is known to show it soon comes first."""

import pytest

from tests.simulation.deeds import WORK
from tests.simulation.story import play, story
from tests.simulation.variants import VARIANTS

STORIES = 60


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", VARIANTS)
async def test_the_simulation_notices_that(name: str) -> None:
    variant = VARIANTS[name]
    with variant.breaks():
        for seed in dict.fromkeys((variant.seed, *range(STORIES))):
            if (await play(seed, story(seed, weights=WORK))).wrong:
                return
    pytest.fail(f"{STORIES} stories end well although {name}")
