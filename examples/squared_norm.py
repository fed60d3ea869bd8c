"""The squared norm of a product, ||W x||^2, with gradients that are matrices and vectors.

    python examples/squared_norm.py --show-source --plot norm.svg

With q = W x the gradients are 2 q x^T and 2 W^T q: each has the shape of what it is the gradient of.
"""

from __future__ import annotations

import common
import numpy as np

import srcad

W, X = np.array([[0.1, 0.5], [-0.3, 0.8]]), np.array([0.2, 0.4])


def f(w, x):
    q = w @ x
    return np.sum(q**2)


gradient = srcad.value_and_grad(f, argnums=("w", "x"))


def results():
    value, (d_w, d_x) = gradient(W, X)
    return {"f": value, "dW": d_w, "dx": d_x}


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    common.show_sources(options, gradient.source_for(W, X))
    common.show(results())
    common.saved(options, lambda file: srcad.graph(f)(W, X).save(file))


if __name__ == "__main__":
    main()
