"""The parameters of a differential equation from noisy measurements, by an optimiser of SciPy.

    python examples/ode_parameters.py --show-source --plot ode.png

Hares and foxes: h' = a h - b h f and f' = c h f - d f.  A loop of Runge-Kutta steps gives both populations over time;
its gradient by the four rates and the two populations at the start goes to scipy.optimize.minimize.
"""

from __future__ import annotations

import common
import numpy as np
from scipy.optimize import minimize

from srcad import value_and_grad

TRUE = np.array([1.0, 0.6, 0.5, 0.8, 1.5, 1.0])  # a, b, c, d, hares and foxes at the start
STEPS, STEP = 120, 0.1


def slope(state, rates):
    a, b, c, d = rates
    hares, foxes = state
    return np.array([a * hares - b * hares * foxes, c * hares * foxes - d * foxes])


def solution(p):
    """Both populations at all times, (steps, 2)."""
    rates, state = p[:4], p[4:]
    states = np.zeros((STEPS, 2))
    for i in range(STEPS):
        states[i] = state
        k1 = slope(state, rates)
        k2 = slope(state + 0.5 * STEP * k1, rates)
        k3 = slope(state + 0.5 * STEP * k2, rates)
        k4 = slope(state + STEP * k3, rates)
        state = state + STEP / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return states


def loss(p, measured):
    return np.mean((solution(p) - measured) ** 2)


gradient = value_and_grad(loss)


def results(options):
    """The parameters found, the error of the measurements, and the mean square that is left."""
    rng = np.random.default_rng(0)
    measured = solution(TRUE) + 0.05 * rng.normal(size=(STEPS, 2))
    start = np.array([0.8, 0.5, 0.6, 1.0, 1.2, 1.2])
    with common.progress(None, options, "steps") as bar:
        found = minimize(gradient, start, (measured,), jac=True, method="BFGS", callback=lambda _: bar.update())
    return {"true": TRUE, "found": found.x, "mean square left": found.fun}, measured


def draw(file, found, measured):
    made, (panel,) = common.figure(1, 5.6)
    times = STEP * np.arange(STEPS)
    for k, name in enumerate(("hares", "foxes")):
        colour = common.COLOURS[k]
        panel.plot(times, measured[:, k], ".", color=colour, markersize=3)
        panel.plot(times, solution(found)[:, k], color=colour, label=name)
    panel.set(title="Measured, and as fitted", xlabel="time")
    panel.legend()
    common.write(made, file)


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    common.show_sources(options, gradient.source_for(TRUE, np.zeros((STEPS, 2))))
    found, measured = results(options)
    common.show(found)
    common.saved(options, lambda file: draw(file, found["found"], measured))


if __name__ == "__main__":
    main()
