"""Exclusive or, which no linear function computes, by four hidden units.

    python examples/xor.py --show-source --plot xor.png

The picture shows what the trained network says of the whole plane; the corners of the unit square are its data.
"""

from __future__ import annotations

import common
import numpy as np

from srcad import optim, value_and_grad

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([0.0, 1.0, 1.0, 0.0])


def network(params, x):
    w1, b1, w2, b2 = params
    return np.tanh(x @ w1 + b1) @ w2 + b2


def loss(params, x, y):
    return np.mean((network(params, x) - y) ** 2)


gradient = value_and_grad(loss)


def initial(rng):
    return common.glorot(rng, 2, 4), np.zeros(4), rng.normal(size=4), 0.0


def results(options):
    """The outputs at the four corners, and the trained parameters and losses."""
    batches = [(X, Y)] * (500 if options.quick else 2000)
    params, losses = common.train(gradient, initial(np.random.default_rng(0)), batches, optim.adam(0.02), options)
    return network(params, X), params, losses


def draw(file, params):
    made, (panel,) = common.figure(1, 4.0)
    axis = np.linspace(-0.5, 1.5, 80)
    plane = np.stack(np.meshgrid(axis, axis), axis=-1)
    shown = panel.contourf(axis, axis, network(params, plane), levels=np.linspace(-0.5, 1.5, 17), cmap="RdBu_r")
    panel.scatter(*X.T, c=Y, cmap="RdBu_r", edgecolors="black", s=70)
    panel.set_title("What the network computes")
    made.colorbar(shown)
    common.write(made, file)


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    common.show_sources(options, gradient.source_for(initial(np.random.default_rng(0)), X, Y))
    outputs, params, losses = results(options)
    common.show({"outputs at the corners": outputs, "loss": losses[-1]})
    common.saved(options, lambda file: draw(file, params))


if __name__ == "__main__":
    main()
