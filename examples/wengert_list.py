"""Two functions of a few steps: the Wengert list each becomes, and its gradient.

    python examples/wengert_list.py
    python examples/wengert_list.py --show-source --plot list.svg

f(x1, x2) = (2 x1 + x2)^2 has the gradient (8 x1 + 4 x2, 4 x1 + 2 x2), and g(x, y, z) = (x + y) z has (z, z, x + y).
Every step of a list calls one primitive; reverse mode walks it from the last step to the first.
"""

from __future__ import annotations

import common
import numpy as np

import srcad


def f(x1, x2):
    z1 = x1 + x1
    z2 = z1 + x2
    f = np.square(z2)
    return f


def g(x, y, z):
    q = x + y
    return q * z


df = srcad.grad(f, argnums=(0, 1))
dg = srcad.grad(g, argnums=(0, 1, 2))


def results():
    return {"gradient of f at (3, 1)": df(3.0, 1.0), "gradient of g at (-2, 5, -4)": dg(-2.0, 5.0, -4.0)}


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    print(df.wengert, dg.wengert, sep="\n\n", end="\n\n")
    common.show_sources(options, df.source_for(3.0, 1.0), dg.source_for(-2.0, 5.0, -4.0))
    common.show(results())
    common.saved(options, lambda file: srcad.graph(g)(-2.0, 5.0, -4.0).save(file))


if __name__ == "__main__":
    main()
