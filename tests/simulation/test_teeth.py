"""The simulation notices what is broken on purpose: each variant goes wrong within some stories that end well
otherwise."""

import pytest

from tests.simulation.story import play, story
from tests.simulation.variants import VARIANTS

STORIES = 60


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", VARIANTS)
async def test_the_simulation_notices_that(name: str) -> None:
    with VARIANTS[name]():
        for seed in range(STORIES):
            if (await play(seed, story(seed))).wrong:
                return
    pytest.fail(f"{STORIES} stories end well although {name}")
