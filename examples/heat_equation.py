"""A heat equation stepped in place, and how the material conducts, found from what two sensors measured.

    python examples/heat_equation.py --show-source --plot heat.png

The rod is heated at one place.  Each step writes into the array of temperatures; reverse mode undoes the writes as it
goes back.  The conductivity of each piece is found by SciPy from temperatures over time.
"""

from __future__ import annotations

import common
import numpy as np
from scipy.optimize import minimize

from srcad import value_and_grad

SIZE, STEPS = 24, 400
SENSORS = slice(2, SIZE, 3)


def temperatures(conductivity):
    """What the sensors measure, every tenth step."""
    u = np.zeros(SIZE)
    measured = np.zeros((STEPS // 10, len(range(SIZE)[SENSORS])))
    for i in range(STEPS):
        flow = conductivity * (u[1:] - u[:-1])
        u[1:-1] += flow[1:] - flow[:-1]
        u[SIZE // 2] += 0.05
        u[0] = 0.0
        u[-1] = 0.0
        if i % 10 == 9:
            measured[i // 10] = u[SENSORS]
    return measured


def loss(log_conductivity, measured):
    rough = np.sum((log_conductivity[1:] - log_conductivity[:-1]) ** 2)
    return np.sum((temperatures(np.exp(log_conductivity)) - measured) ** 2) + 1e-4 * rough


gradient = value_and_grad(loss)


def material():
    """A rod whose right half conducts better."""
    return 0.15 + 0.2 / (1.0 + np.exp(-(np.arange(SIZE - 1) - 14.0)))


def results(options):
    """The largest relative error of the conductivity before and after, and the conductivities."""
    measured = temperatures(material())
    start = np.log(np.full(SIZE - 1, 0.2))
    steps = {"maxiter": 25 if options.quick else 60}
    with common.progress(None, options, "steps") as bar:
        found = minimize(
            gradient, start, (measured,), jac=True, method="L-BFGS-B", options=steps, callback=lambda _: bar.update()
        )
    error = [float(np.max(np.abs(np.exp(p) / material() - 1.0))) for p in (start, found.x)]
    return {"error before": error[0], "error after": error[1]}, np.exp(found.x)


def draw(file, found):
    made, (panel,) = common.figure(1, 5.6)
    places = np.arange(SIZE - 1) + 0.5
    panel.plot(places, material(), color=common.GREY, label="of the rod")
    panel.plot(places, found, "o", markersize=3, label="found")
    panel.set(title="Conductivity along the rod", xlabel="place", ylim=(0.0, 0.5))
    panel.legend()
    common.write(made, file)


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    common.show_sources(options, gradient.source_for(np.zeros(SIZE - 1), np.zeros((STEPS // 10, 8))))
    found, conductivity = results(options)
    common.show(found)
    common.saved(options, lambda file: draw(file, conductivity))


if __name__ == "__main__":
    main()
