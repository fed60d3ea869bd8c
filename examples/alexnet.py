"""One step of a network of the shape of AlexNet: five convolutions, three overlapping poolings, three dense layers.

    python examples/alexnet.py

Images of 227 x 227 pixels go through kernels of 11, 5, 3, 3 and 3 (Krizhevsky et al., 2012); there are an eighth as
many channels.  One step down the gradient must make the loss smaller.
"""

from __future__ import annotations

import common
import numpy as np
from layers import convolution, cross_entropy, max_pool, padded

from srcad import value_and_grad

CHANNELS = (12, 32, 48, 48, 32)
KERNELS = (11, 5, 3, 3, 3)


def scores(params, x):
    (k1, k2, k3, k4, k5), (w6, w7, w8) = params
    h = max_pool(np.maximum(convolution(x, k1, 4), 0.0), 3)
    h = max_pool(np.maximum(convolution(padded(h, 2), k2), 0.0), 3)
    h = np.maximum(convolution(padded(h, 1), k3), 0.0)
    h = np.maximum(convolution(padded(h, 1), k4), 0.0)
    h = max_pool(np.maximum(convolution(padded(h, 1), k5), 0.0), 3)
    h = np.maximum(np.reshape(h, (len(x), -1)) @ w6, 0.0)
    return np.maximum(h @ w7, 0.0) @ w8


def loss(params, x, labels):
    return cross_entropy(scores(params, x), labels)


gradient = value_and_grad(loss)


def initial(rng):
    inputs = (3, *CHANNELS)
    kernels = tuple(
        rng.normal(size=(k, k, n, m)) * (2.0 / (k * k * n)) ** 0.5
        for k, n, m in zip(KERNELS, inputs, CHANNELS, strict=False)
    )
    sizes = ((6 * 6 * CHANNELS[-1], 512), (512, 512), (512, 10))
    return kernels, tuple(rng.normal(size=s) * (2.0 / s[0]) ** 0.5 for s in sizes)


def stepped(params, gradients, rate):
    if isinstance(params, tuple):
        return tuple(stepped(p, d, rate) for p, d in zip(params, gradients, strict=True))
    return params - rate * gradients


def results(images=2):
    """The loss before and after a step, and the norm of each gradient."""
    rng = np.random.default_rng(0)
    params, x, labels = initial(rng), rng.normal(size=(images, 227, 227, 3)), rng.integers(10, size=images)
    before, gradients = gradient(params, x, labels)
    after = loss(stepped(params, gradients, 1e-3), x, labels)
    norms = [float(np.linalg.norm(d)) for part in gradients for d in part]
    return {"loss before": before, "loss after one step": after, "norms of the gradients": norms}


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    if options.show_source:
        rng = np.random.default_rng(0)
        common.show_sources(options, gradient.source_for(initial(rng), np.zeros((2, 227, 227, 3)), np.zeros(2, int)))
    found = results(1 if options.quick else 2)
    common.show(found)
    curve = {"norm of the gradient, layer by layer": found["norms of the gradients"]}
    common.saved(options, lambda file: common.draw_curves(file, curve, "Gradients in AlexNet", x="layer"))


if __name__ == "__main__":
    main()
