"""Two losses of class scores: cross-entropy after a softmax, and the multiclass hinge in three stages.

    python examples/class_scores.py --show-source --plot scores.svg

The gradient of cross-entropy is the probabilities less one at the right class.  The hinge of a support vector
machine is written as loops over images and classes, with the inner loop as an array, and without loops: three
programs with one derivative.
"""

from __future__ import annotations

import common
import numpy as np

import srcad

SCORES = np.array([3.2, 5.1, -1.7])


def softmax(scores):
    e = np.exp(scores - np.max(scores))
    return e / np.sum(e)


def cross_entropy(scores, label):
    return -np.log(softmax(scores)[label])


def hinge_in_loops(w, x, labels):
    total = 0.0
    for i in range(len(x)):
        scores = x[i] @ w
        for j in range(len(scores)):
            if j != labels[i]:
                margin = scores[j] - scores[labels[i]] + 1.0
                if margin > 0.0:
                    total += margin
    return total / len(x)


def hinge_by_rows(w, x, labels):
    total = 0.0
    for row, label in zip(x, labels):  # noqa: B905 (both have a row for each image)
        scores = row @ w
        margins = np.maximum(0.0, scores - scores[label] + 1.0)
        margins[label] = 0.0
        total += np.sum(margins)
    return total / len(x)


def hinge(w, x, labels):
    scores = x @ w
    rows = np.arange(len(x))
    margins = np.maximum(0.0, scores - scores[rows, labels][:, None] + 1.0)
    margins[rows, labels] = 0.0
    return np.sum(margins) / len(x)


STAGES = {"in loops": hinge_in_loops, "by rows": hinge_by_rows, "whole arrays": hinge}


def images():
    """Weights, ten images of six numbers, and their labels among four classes."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(6, 4)), rng.normal(size=(10, 6)), rng.integers(4, size=10)


dloss = srcad.value_and_grad(cross_entropy)


def results():
    loss, d_scores = dloss(SCORES, 0)
    found = {"probabilities": softmax(SCORES).round(2), "loss of class 0": loss, "its gradient": d_scores}
    for name, stage in STAGES.items():
        value, d_w = srcad.value_and_grad(stage)(*images())
        found |= {f"hinge {name}": value, f"hinge {name}, norm of dW": np.linalg.norm(d_w)}
    return found


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    common.show_sources(
        options, dloss.source_for(SCORES, 0), *(srcad.grad(s).source_for(*images()) for s in STAGES.values())
    )
    common.show(results())
    common.saved(options, lambda file: srcad.graph(cross_entropy)(SCORES, 0).save(file))


if __name__ == "__main__":
    main()
