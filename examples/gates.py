"""What the four patterns do to a cotangent: add distributes it, max routes it, mul switches it, branches add.

    python examples/gates.py --show-source --plot gates.svg

The circuit 2 (x y + max(z, w)) at (3, -4, 2, -1) has all of them but the last; there z is the larger one, so w gets
nothing.  In x y + x z the value x is used twice, and what comes back along both uses is added.
"""

from __future__ import annotations

import common
import numpy as np

import srcad


def circuit(x, y, z, w):
    return 2.0 * (x * y + np.maximum(z, w))


def add_gate(x, y):
    return 2.0 * (x + y)


def max_gate(x, y):
    return 2.0 * np.maximum(x, y)


def mul_gate(x, y):
    return 2.0 * (x * y)


def branching(x, y, z):
    return x * y + x * z


AT = (3.0, -4.0, 2.0, -1.0)
dcircuit = srcad.grad(circuit, argnums=(0, 1, 2, 3))


def results():
    return {
        "add distributes": srcad.grad(add_gate, (0, 1))(3.0, -4.0),
        "max routes": srcad.grad(max_gate, (0, 1))(3.0, -4.0),
        "mul switches": srcad.grad(mul_gate, (0, 1))(3.0, -4.0),
        "branches add": srcad.grad(branching)(3.0, -4.0, 5.0),
        "the circuit": dcircuit(*AT),
    }


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    common.show_sources(options, dcircuit.source_for(*AT))
    common.show(results())
    common.saved(options, lambda file: srcad.graph(circuit)(*AT).save(file))


if __name__ == "__main__":
    main()
