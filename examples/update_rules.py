"""SGD, momentum, Nesterov, Adagrad, RMSProp and Adam side by side, and what the learning rate does.

    python examples/update_rules.py --plot rules.png

All start at one point of a long curved valley, f(x, y) = (1 - x)^2 + 20 (y - x^2)^2, whose lowest point is (1, 1).
"""

from __future__ import annotations

import common
import numpy as np

from srcad import optim, value_and_grad

START, LOWEST = np.array([-1.2, 0.8]), np.array([1.0, 1.0])


def valley(p):
    x, y = p
    return (1.0 - x) ** 2 + 20.0 * (y - x**2) ** 2


gradient = value_and_grad(valley)

RULES = {
    "SGD": optim.sgd(0.004),
    "momentum": optim.momentum(0.002),
    "Nesterov": optim.nesterov(0.002),
    "Adagrad": optim.adagrad(0.5),
    "RMSProp": optim.rmsprop(0.01),
    "Adam": optim.adam(0.05),
}
RATES = (0.0005, 0.004, 0.012, 0.02)


def path(rule, steps):
    """The points that a rule goes through, and the values there."""
    params, state = START, rule.init(START)
    points, values = [START], []
    for _ in range(steps):
        value, d = gradient(params)
        params, state = rule.update(params, d, state)
        points.append(params)
        values.append(float(value))
    return np.array(points), values


def results(options):
    """Points and values for each rule, and values of SGD for each learning rate."""
    steps = 200 if options.quick else 600
    paths = {name: path(rule, steps) for name, rule in common.progress(RULES.items(), options, "rules")}
    rates = {f"rate {rate}": path(optim.sgd(rate), steps // 4)[1] for rate in RATES}
    return paths, rates


def draw(file, paths, rates):
    made, (surface, curves, learning) = common.figure(3, 4.0)
    x, y = np.meshgrid(np.linspace(-1.6, 1.6, 120), np.linspace(-0.6, 1.8, 120))
    surface.contour(x, y, valley((x, y)), levels=np.geomspace(0.1, 100.0, 14), colors="#d1d5db", linewidths=0.8)
    for name, (points, values) in paths.items():
        surface.plot(*points.T, label=name, linewidth=1.3)
        curves.semilogy(np.maximum(values, 1e-12), label=name)
    surface.plot(*LOWEST, "*", color="black", markersize=9)
    surface.set(xlim=(-1.6, 1.6), ylim=(-0.6, 1.8))
    for name, values in rates.items():
        learning.semilogy(np.clip(values, 1e-12, 1e3), label=name)
    for panel, title in ((surface, "Paths on the surface"), (curves, "Loss"), (learning, "SGD by learning rate")):
        panel.set_title(title)
    curves.legend(fontsize=8)
    learning.legend(fontsize=8)
    common.write(made, file)


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    common.show_sources(options, gradient.source_for(START))
    paths, rates = results(options)
    common.show({f"distance left, {name}": np.linalg.norm(p[-1] - LOWEST) for name, (p, _) in paths.items()})
    common.show({f"loss at {name}": values[-1] for name, values in rates.items()})
    common.saved(options, lambda file: draw(file, paths, rates))


if __name__ == "__main__":
    main()
