"""z = f(f(f(w))): the derivative as a program, the derivative of that program, and storing against recomputing.

    python examples/nested_functions.py --show-source --plot nested.svg

With x = f(w), y = f(x), z = f(y) the chain rule is dz/dw = f'(y) f'(x) f'(w).  The gradient is a program in the same
language, so it is differentiated like any other.  Reverse mode stores x and y; `srcad.checkpoint` stores only what
each call is given and calls it again.
"""

from __future__ import annotations

import common
import numpy as np

import srcad

W = 0.5


def f(w):
    return np.sin(w) * w


def nested(w):
    x = f(w)
    y = f(x)
    return f(y)


f_again = srcad.checkpoint(f)


def recomputing(w):
    return f_again(f_again(f_again(w)))


first = srcad.grad(nested)
second = srcad.grad(first)


def by_the_chain_rule(w):
    """dz/dw written by hand."""
    x = f(w)
    y = f(x)
    return slope(y) * slope(x) * slope(w)


def slope(w):
    return np.cos(w) * w + np.sin(w)


def results():
    return {
        "z": nested(W),
        "dz/dw": first(W),
        "dz/dw by hand": by_the_chain_rule(W),
        "dz/dw, recomputing": srcad.grad(recomputing)(W),
        "second derivative": second(W),
        "differences of dz/dw": (by_the_chain_rule(W + 1e-5) - by_the_chain_rule(W - 1e-5)) / 2e-5,
    }


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    print(first.source_for(W))
    common.show_sources(options, srcad.grad(recomputing).source_for(W), second.source_for(W))
    common.show(results())
    common.saved(options, lambda file: srcad.graph(nested)(W).save(file))


if __name__ == "__main__":
    main()
