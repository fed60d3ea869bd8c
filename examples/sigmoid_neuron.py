"""A neuron, 1 / (1 + exp(-(w0 x0 + w1 x1 + w2))), step by step and through a sigmoid with a rule of its own.

    python examples/sigmoid_neuron.py --show-source --plot neuron.svg

The derivative of the sigmoid is s (1 - s), known from its value: a rule says so once, and four steps of the graph
become one.
"""

from __future__ import annotations

import common
import numpy as np

import srcad

W, X = np.array([2.0, -3.0, -3.0]), np.array([-1.0, -2.0])


def neuron(w0, x0, w1, x1, w2):
    return 1.0 / (1.0 + np.exp(-(w0 * x0 + w1 * x1 + w2)))


def sigmoid(a):
    return 1.0 / (1.0 + np.exp(-a))


@srcad.partials(sigmoid, "a", samples=[srcad.sample(np.array([0.5, -2.0]))])
def _(s, a):
    return s * (1.0 - s)


def ruled_neuron(w0, x0, w1, x1, w2):
    return sigmoid(w0 * x0 + w1 * x1 + w2)


AT = (2.0, -1.0, -3.0, -2.0, -3.0)
gradient = srcad.value_and_grad(neuron, argnums=(0, 1, 2, 3, 4))
ruled = srcad.value_and_grad(ruled_neuron, argnums=(0, 1, 2, 3, 4))


def results():
    names = ("w0", "x0", "w1", "x1", "w2")
    value, step_by_step = gradient(*AT)
    _, by_rule = ruled(*AT)
    found = {"value": value}
    found |= {f"d{name}, step by step": d for name, d in zip(names, step_by_step, strict=True)}
    found |= {f"d{name}, by the rule": d for name, d in zip(names, by_rule, strict=True)}
    return found


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    common.show_sources(options, gradient.source_for(*AT), ruled.source_for(*AT))
    common.show(results())
    common.saved(options, lambda file: srcad.graph(neuron)(*AT).save(file))


if __name__ == "__main__":
    main()
