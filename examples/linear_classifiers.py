"""Three linear classifiers on Gaussian clusters: logistic regression, softmax regression, and a support vector machine.

    python examples/linear_classifiers.py --plot classifiers.png

10,000 points of 500 numbers lie around five centres.  Logistic regression tells the first cluster from the others;
the other two tell all five apart.  All are trained by stochastic gradient descent on minibatches.
"""

from __future__ import annotations

import common
import numpy as np

from srcad import optim, value_and_grad


def logistic_loss(params, x, labels):
    w, b = params
    scores = x @ w + b
    signs = np.where(labels == 0, 1.0, -1.0)
    return np.mean(np.logaddexp(0.0, -signs * scores)) + 1e-4 * np.sum(w**2)


def softmax_loss(params, x, labels):
    w, b = params
    scores = x @ w + b
    scores = scores - np.max(scores, axis=1, keepdims=True)
    log_p = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(x)), labels]) + 1e-4 * np.sum(w**2)


def hinge_loss(params, x, labels):
    w, b = params
    scores = x @ w + b
    rows = np.arange(len(x))
    margins = np.maximum(0.0, scores - scores[rows, labels][:, None] + 1.0)
    margins[rows, labels] = 0.0
    return np.sum(margins) / len(x) + 1e-4 * np.sum(w**2)


CLASSIFIERS = {"logistic": (logistic_loss, 1), "softmax": (softmax_loss, 5), "hinge": (hinge_loss, 5)}


def clusters(rng, count=10_000, size=500, classes=5, spread=6.0):
    """Points around centres, and which centre each belongs to."""
    centres = rng.normal(size=(classes, size))
    labels = rng.integers(classes, size=count)
    return centres[labels] + spread * rng.normal(size=(count, size)), labels


def accuracy(name, params, x, labels):
    w, b = params
    scores = x @ w + b
    if name == "logistic":
        return float(np.mean((scores > 0.0) == (labels == 0)))
    return float(np.mean(np.argmax(scores, axis=1) == labels))


def results(options):
    """Accuracy on 2,000 points that were not trained on, and the losses, for each classifier."""
    rng = np.random.default_rng(0)
    x, labels = clusters(rng)
    found, losses = {}, {}
    for name, (loss, outputs) in CLASSIFIERS.items():
        params = (np.zeros((500, outputs)), np.zeros(outputs)) if outputs > 1 else (np.zeros(500), 0.0)
        batches = common.minibatches(rng, 100, 1 if options.quick else 4, x[:8000], labels[:8000])
        params, losses[name] = common.train(value_and_grad(loss), params, batches, optim.sgd(0.01), options)
        found[name] = accuracy(name, params, x[8000:], labels[8000:])
    return found, losses


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    x, labels = clusters(np.random.default_rng(0), 4)
    weights = np.zeros((500, 5)), np.zeros(5)
    common.show_sources(options, value_and_grad(softmax_loss).source_for(weights, x, labels))
    found, losses = results(options)
    common.show({f"accuracy, {name}": value for name, value in found.items()})
    common.saved(options, lambda file: common.draw_curves(file, losses, "Losses of linear classifiers"))


if __name__ == "__main__":
    main()
