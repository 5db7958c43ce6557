"""The people of a run in a thread of their own: at work all day, paused at quiet points. What they do is in
`deeds.py`; what goes wrong for them is in the diary."""

import threading
from random import Random

from services.kernel.errors import Fatal
from tests.system.chaos.deeds import Away, People
from tests.system.chaos.diary import Diary
from tests.system.product import Product

PACE = 4.0
"""Deeds a second."""


class Crowd:
    """Nobody works before `resume`, nor between `pause` and the next `resume`."""

    def __init__(self, product: Product, diary: Diary) -> None:
        self._diary = diary
        self._chance = Random(f"pace {diary.seed}")
        self._over, self._working, self._resting = (threading.Event() for _ in range(3))
        self._people = People(product, diary, self._over)
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def resume(self) -> None:
        self._resting.clear()
        self._working.set()

    def pause(self, seconds: float) -> bool:
        """Whether everybody has stopped within so many seconds; nobody is in the middle of anything then."""
        self._working.clear()
        return self._resting.wait(seconds)

    def end(self) -> None:
        self._over.set()
        self._working.set()
        self._thread.join(10)

    def _work(self) -> None:
        while not self._over.is_set():
            if not self._working.is_set():
                self._resting.set()
                self._working.wait()
                continue
            try:
                self._people.act()
            except Fatal as error:
                self._diary.wrong.append(f"somebody could not do what people do: {error.what[:150]}")
            except Away:
                return
            self._over.wait(self._chance.uniform(0.2, 1.8) / PACE)
