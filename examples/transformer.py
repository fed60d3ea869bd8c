"""A small transformer learns to sort: two layers of attention with four heads, and a dense network after each.

    python examples/transformer.py --plot transformer.png

Eight digits go in, the same digits in ascending order come out, all at once.  Heads are an axis of an array; layers
are a loop over a list of dicts (Vaswani et al., 2017).
"""

from __future__ import annotations

import common
import numpy as np

from srcad import optim, value_and_grad

DIGITS, LENGTH, SIZE, HEADS = 10, 8, 32, 4


def normalised(h, scale, shift):
    centred = h - np.mean(h, axis=-1, keepdims=True)
    return scale * centred / np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + 1e-5) + shift


def split(h):
    """Heads as an axis of their own: (n, heads, length, size / heads)."""
    return np.swapaxes(np.reshape(h, (*h.shape[:2], HEADS, SIZE // HEADS)), 1, 2)


def attended(layer, h):
    q, k, v = split(h @ layer["q"]), split(h @ layer["k"]), split(h @ layer["v"])
    scores = q @ np.swapaxes(k, 2, 3) / (SIZE // HEADS) ** 0.5
    weights = np.exp(scores - np.max(scores, axis=3, keepdims=True))
    weights = weights / np.sum(weights, axis=3, keepdims=True)
    return np.reshape(np.swapaxes(weights @ v, 1, 2), h.shape) @ layer["o"]


def scores(params, digits):
    h = params["digits"][digits] + params["places"]
    for layer in params["layers"]:
        h = h + attended(layer, normalised(h, *layer["first"]))
        inner = np.maximum(normalised(h, *layer["second"]) @ layer["in"] + layer["b"], 0.0)
        h = h + inner @ layer["out"]
    return normalised(h, *params["last"]) @ params["result"]


def loss(params, digits, right):
    z = scores(params, digits)
    z = z - np.max(z, axis=2, keepdims=True)
    log_p = z - np.log(np.sum(np.exp(z), axis=2, keepdims=True))
    return -np.mean(np.sum(right * log_p, axis=2))


gradient = value_and_grad(loss)


def initial(rng):
    def norm():
        return np.ones(SIZE), np.zeros(SIZE)

    layers = []
    for _ in range(2):
        layer = {name: common.glorot(rng, SIZE, SIZE) for name in ("q", "k", "v", "o")}
        layer |= {"in": common.glorot(rng, SIZE, 64), "b": np.zeros(64), "out": common.glorot(rng, 64, SIZE)}
        layers.append(layer | {"first": norm(), "second": norm()})
    return {
        "digits": rng.normal(size=(DIGITS, SIZE)),
        "places": rng.normal(size=(LENGTH, SIZE)),
        "layers": layers,
        "last": norm(),
        "result": common.glorot(rng, SIZE, DIGITS),
    }


def tasks(rng, count, size=48):
    for _ in range(count):
        digits = rng.integers(DIGITS, size=(size, LENGTH))
        yield digits, common.one_hot(np.sort(digits, axis=1), DIGITS)


def results(options):
    """The share of digits in their right place, and the losses."""
    rng = np.random.default_rng(0)
    data = tasks(rng, 150 if options.quick else 600)
    params, losses = common.train(gradient, initial(rng), data, optim.adam(0.003), options)
    digits, _ = next(tasks(rng, 1, 500))
    return float(np.mean(np.argmax(scores(params, digits), axis=2) == np.sort(digits, axis=1))), losses


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    rng = np.random.default_rng(0)
    common.show_sources(options, gradient.source_for(initial(rng), *next(tasks(rng, 1, 2))))
    accuracy, losses = results(options)
    common.show({"digits in their place": accuracy})
    common.saved(options, lambda file: common.draw_curves(file, {"sorting": losses}, "A transformer learns to sort"))


if __name__ == "__main__":
    main()
