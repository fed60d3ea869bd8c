"""Nine activations and their derivatives: elu, selu, softplus, softsign, hard sigmoid, relu, tanh, sigmoid, softmax.

    python examples/activations.py --show-source --plot activations.png

Each is a line of NumPy; its derivative is srcad's.
"""

from __future__ import annotations

import common
import numpy as np

import srcad


def elu(a):
    return np.where(a > 0.0, a, np.expm1(np.where(a > 0.0, 0.0, a)))


def selu(a):
    return 1.0507009873554805 * np.where(a > 0.0, a, 1.6732632423543772 * np.expm1(np.where(a > 0.0, 0.0, a)))


def softplus(a):
    return np.logaddexp(a, 0.0)


def softsign(a):
    return a / (1.0 + np.abs(a))


def hard_sigmoid(a):
    return np.clip(0.2 * a + 0.5, 0.0, 1.0)


def relu(a):
    return np.maximum(a, 0.0)


def tanh(a):
    return np.tanh(a)


def sigmoid(a):
    return 1.0 / (1.0 + np.exp(-a))


def softmax(a):
    e = np.exp(a - np.max(a))
    return e / np.sum(e)


ELEMENTWISE = (elu, selu, softplus, softsign, hard_sigmoid, relu, tanh, sigmoid)


def total(a, activation):
    return np.sum(activation(a))


gradient = srcad.grad(total)
softmax_jacobian = srcad.jacobian(softmax)


def results():
    """Derivatives at -1 and 2, and the Jacobian of softmax at (1, 2, 3)."""
    at = np.array([-1.0, 2.0])
    found = {f.__name__: gradient(at, f) for f in ELEMENTWISE}
    return found | {"softmax": softmax_jacobian(np.array([1.0, 2.0, 3.0]))}


def draw(file):
    made, panels = common.figure(4, 2.4, 2.0, rows=2)
    a = np.linspace(-4.0, 4.0, 201)
    for panel, f in zip(panels, ELEMENTWISE, strict=True):
        panel.plot(a, f(a), label="value")
        panel.plot(a, gradient(a, f), label="derivative")
        panel.set_title(f.__name__.replace("_", " "))
    panels[0].legend(fontsize=8)
    common.write(made, file)


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    common.show_sources(options, *(gradient.source_for(np.zeros(2), f) for f in ELEMENTWISE))
    common.show(results())
    common.saved(options, draw)


if __name__ == "__main__":
    main()
