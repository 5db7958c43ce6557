"""The product with one thing broken each: a simulation that does not notice one of them is not worth its time. A seed
is named with each, whose story shows it soon: it is tried first, and then all others."""

from tests.simulation.variants import deciding, life, reading, writing
from tests.simulation.variants.broken import VARIANTS

__all__ = ["VARIANTS"]

_ALL = (deciding, life, reading, writing)
