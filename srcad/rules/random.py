"""What is known of draws from a random generator.

Drawn values carry no derivative, and every draw happens, in its order, as in a plain call.  Only facts stand here: a
method of the same name of some other class stays unknown, and a parameter that varies is refused for want of a rule.
"""

from __future__ import annotations

import numpy as np

from srcad.facts import FLOAT, UNKNOWN, Array, Fact, Instance, Known
from srcad.rules.axes import shape_from
from srcad.rules.register import constant, facts
from srcad.wengert import Method

GENERATORS = (np.random.Generator, np.random.RandomState)


def drawn(generator: Fact, size: Fact) -> Fact:
    """The fact of floats drawn from a generator: a number, or an array of a given size."""
    kind = generator.type if isinstance(generator, Instance) else type(getattr(generator, "value", None))
    if not issubclass(kind, GENERATORS):
        return UNKNOWN
    if size == Known(None):
        return FLOAT
    return Array("float64", shape_from(size))


constant(np.random.default_rng, pure=False)


@facts(np.random.default_rng)
def _(seed=None):
    return Instance(np.random.Generator)


GLOBAL = Instance(np.random.RandomState)
"""The generator behind NumPy's functions of these names."""

for _name in ("random", "standard_normal", "standard_exponential", "random_sample"):

    @facts(Method(_name))
    def _(generator, size=None):
        return drawn(generator, size)

    @facts(getattr(np.random, _name))
    def _(size=None):
        return drawn(GLOBAL, size)


for _name in ("exponential", "rayleigh"):

    @facts(Method(_name))
    def _(generator, scale=1.0, size=None):
        return drawn(generator, size)

    @facts(getattr(np.random, _name))
    def _(scale=1.0, size=None):
        return drawn(GLOBAL, size)


for _name in ("normal", "uniform", "laplace", "gumbel", "logistic", "lognormal"):

    @facts(Method(_name))
    def _(generator, loc=0.0, scale=1.0, size=None):
        return drawn(generator, size)

    @facts(getattr(np.random, _name))
    def _(loc=0.0, scale=1.0, size=None):
        return drawn(GLOBAL, size)
