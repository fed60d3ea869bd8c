"""y = F(x), z = G(y, x), u = H(z): x is used twice, so its gradient is a sum over both uses.

    python examples/accumulated_uses.py --show-source --plot uses.svg

du/dx = H' (dG/dy F' + dG/dx), for a number, a vector and a tensor of three axes by the same three functions.
"""

from __future__ import annotations

import common
import numpy as np

import srcad


def first(x):
    return np.exp(-x)


def second(y, x):
    return y * x + x**2


def last(z):
    return np.sum(np.tanh(z))


def chain(x):
    y = first(x)
    z = second(y, x)
    return last(z)


def by_hand(x):
    """The chain rule, use by use."""
    y = np.exp(-x)
    d_z = 1.0 - np.tanh(y * x + x**2) ** 2
    return d_z * x * -y + d_z * (y + 2.0 * x)  # by way of y, and at once


rng = np.random.default_rng(0)
POINTS = {"a number": 0.7, "a vector": rng.normal(size=3), "a tensor": rng.normal(size=(2, 2, 3))}
dchain = srcad.grad(chain)


def results():
    found = {}
    for name, x in POINTS.items():
        found |= {f"dx of {name}": dchain(x), f"dx of {name}, by hand": by_hand(x)}
    return found


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    common.show_sources(options, dchain.source_for(0.7), dchain.source_for(POINTS["a tensor"]))
    common.show(results())
    common.saved(options, lambda file: srcad.graph(chain)(0.7).save(file))


if __name__ == "__main__":
    main()
