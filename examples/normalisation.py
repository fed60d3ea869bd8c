"""Batch normalisation and dropout on handwritten digits, in a network that is too deep for its initial weights.

    python examples/normalisation.py --plot normalisation.png

Means and variances of a batch are part of the gradient.  Dropout multiplies by a random mask that is drawn inside of
the function; the generator is one of its arguments.
"""

from __future__ import annotations

from itertools import pairwise

import common
import numpy as np
from layers import cross_entropy

from srcad import optim, value_and_grad


def normalised(h, scale, shift):
    centred = h - np.mean(h, axis=0)
    return scale * centred / np.sqrt(np.mean(centred**2, axis=0) + 1e-5) + shift


def scores(params, x, kind, rng):
    h = x
    for w, b, scale in params[:-1]:
        h = h @ w
        h = normalised(h, scale, b) if kind == "batch normalisation" else h + b
        h = np.maximum(h, 0.0)
        if kind == "dropout" and rng is not None:
            h = h * (rng.random(h.shape) < 0.8) / 0.8
    w, b, _ = params[-1]
    return h @ w + b


def loss(params, x, labels, kind, rng):
    return cross_entropy(scores(params, x, kind, rng), labels)


gradient = value_and_grad(loss)
KINDS = ("plain", "batch normalisation", "dropout")


def initial(rng):
    sizes = (64, 60, 60, 60, 60, 10)
    return [(rng.normal(size=(n, m)) * 0.08, np.zeros(m), np.ones(m)) for n, m in pairwise(sizes)]


def results(options):
    """Accuracy on unseen digits and losses, for each kind of network."""
    found, losses = {}, {}
    for kind in KINDS:
        rng = np.random.default_rng(0)
        (x, labels), (x_test, labels_test) = common.digits(rng)
        batches = common.minibatches(rng, 50, 6 if options.quick else 30, x, labels)
        batches = [(*batch, kind, rng) for batch in batches]
        params, losses[kind] = common.train(gradient, initial(rng), batches, optim.adam(0.002), options)
        found[kind] = float(np.mean(np.argmax(scores(params, x_test, kind, None), axis=1) == labels_test))
    return found, losses


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    rng = np.random.default_rng(0)
    some = initial(rng), np.zeros((5, 64)), np.zeros(5, int), "batch normalisation", rng
    common.show_sources(options, gradient.source_for(*some))
    found, losses = results(options)
    common.show({f"accuracy, {name}": value for name, value in found.items()})
    common.saved(options, lambda file: common.draw_curves(file, losses, "A deep network on digits"))


if __name__ == "__main__":
    main()
