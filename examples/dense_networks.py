"""Four dense networks on handwritten digits: two layers, tied biases, three sigmoid layers, and a deep one.

    python examples/dense_networks.py --plot networks.png

The deep network is trained by the matrix form of backpropagation written out in a textbook's notation, W and b of
every layer in lists, with weight decay; srcad writes that algorithm from the forward pass alone.
"""

from __future__ import annotations

from itertools import pairwise

import common
import numpy as np

from srcad import optim, value_and_grad


def cross_entropy(scores, y):
    scores = scores - np.max(scores, axis=1, keepdims=True)
    log_p = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    return -np.mean(np.sum(y * log_p, axis=1))


def sigmoid(a):
    return 1.0 / (1.0 + np.exp(-a))


def two_layers(params, x):
    w1, b1, w2, b2 = params
    return np.tanh(x @ w1 + b1) @ w2 + b2


def tied_biases(params, x):
    """One number serves as the bias of all hidden units, and one for all classes: their gradients are sums."""
    w1, b1, w2, b2 = params
    return np.tanh(x @ w1 + b1) @ w2 + b2


def three_sigmoid_layers(params, x):
    h1 = sigmoid(x @ params["W1"] + params["b1"])
    h2 = sigmoid(h1 @ params["W2"] + params["b2"])
    return h2 @ params["W3"] + params["b3"]


def deep(params, x):
    weights, biases = params
    h = x
    for i in range(len(weights)):
        a = h @ weights[i] + biases[i]
        h = np.maximum(a, 0.0) if i < len(weights) - 1 else a
    return h


def decay_of(params):
    weights, _ = params
    total = 0.0
    for w in weights:
        total += np.sum(w**2)
    return 0.5 * 1e-4 * total


def initial(name, rng):
    if name == "two layers":
        return common.glorot(rng, 64, 32), np.zeros(32), common.glorot(rng, 32, 10), np.zeros(10)
    if name == "tied biases":
        return common.glorot(rng, 64, 32), 0.0, common.glorot(rng, 32, 10), 0.0
    if name == "three sigmoid layers":
        sizes = {"1": (64, 40), "2": (40, 30), "3": (30, 10)}
        weights = {f"W{k}": 2.0 * common.glorot(rng, *shape) for k, shape in sizes.items()}
        return weights | {f"b{k}": np.zeros(m) for k, (_, m) in sizes.items()}
    sizes = (64, 64, 48, 48, 32, 10)
    return [1.4 * common.glorot(rng, n, m) for n, m in pairwise(sizes)], [np.zeros(m) for m in sizes[1:]]


NETWORKS = {
    "two layers": two_layers,
    "tied biases": tied_biases,
    "three sigmoid layers": three_sigmoid_layers,
    "deep, with decay": deep,
}


def loss(params, x, y, network):
    return cross_entropy(network(params, x), y) + (decay_of(params) if network is deep else 0.0)


gradient = value_and_grad(loss)


def results(options):
    """Accuracy on unseen digits and losses, for each network."""
    rng = np.random.default_rng(0)
    (x, labels), (x_test, labels_test) = common.digits(rng)
    found, losses = {}, {}
    for name, network in NETWORKS.items():
        batches = common.minibatches(rng, 50, 8 if options.quick else 40, x, common.one_hot(labels, 10))
        batches = [(*batch, network) for batch in batches]
        params, losses[name] = common.train(gradient, initial(name, rng), batches, optim.adam(0.003), options)
        found[name] = float(np.mean(np.argmax(network(params, x_test), axis=1) == labels_test))
    return found, losses


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    some = np.zeros((5, 64)), np.zeros((5, 10))
    if options.show_source:
        common.show_sources(options, gradient.source_for(initial("deep", np.random.default_rng(0)), *some, deep))
    found, losses = results(options)
    common.show({f"accuracy, {name}": value for name, value in found.items()})
    common.saved(options, lambda file: common.draw_curves(file, losses, "Dense networks on digits"))


if __name__ == "__main__":
    main()
