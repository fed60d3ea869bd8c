"""Convolutions along one, two and three axes, transposed, depthwise and separable ones, and two kinds of pooling.

    python examples/convolutions.py --show-source

Each is a loop over the places of its kernel that writes into slices.  The gradients are compared with differences
along a random direction.
"""

from __future__ import annotations

import common
import layers
import numpy as np

import srcad


def one_axis(x, kernel):
    """Signals (n, length, in) with a kernel (width, in, out)."""
    length = x.shape[1] - kernel.shape[0] + 1
    out = np.zeros((x.shape[0], length, kernel.shape[2]))
    for i in range(kernel.shape[0]):
        out += x[:, i : i + length] @ kernel[i]
    return out


def three_axes(x, kernel):
    """Volumes (n, depth, rows, columns, in) with a kernel (d, h, w, in, out)."""
    depth, rows, columns = (x.shape[k + 1] - kernel.shape[k] + 1 for k in range(3))
    out = np.zeros((x.shape[0], depth, rows, columns, kernel.shape[4]))
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            for k in range(kernel.shape[2]):
                out += x[:, i : i + depth, j : j + rows, k : k + columns] @ kernel[i, j, k]
    return out


def transposed(x, kernel, stride=2):
    """Every element is spread out over a kernel's extent: images grow by the stride."""
    n, rows, columns, _ = x.shape
    height, width, _, channels = kernel.shape
    out = np.zeros((n, (rows - 1) * stride + height, (columns - 1) * stride + width, channels))
    for i in range(height):
        for j in range(width):
            out[:, i : i + stride * rows : stride, j : j + stride * columns : stride] += x @ kernel[i, j]
    return out


def depthwise(x, kernel):
    """Each channel with a kernel of its own (height, width, channels)."""
    rows, columns = x.shape[1] - kernel.shape[0] + 1, x.shape[2] - kernel.shape[1] + 1
    out = np.zeros((x.shape[0], rows, columns, x.shape[3]))
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            out += x[:, i : i + rows, j : j + columns] * kernel[i, j]
    return out


def separable(x, kernels):
    """Depthwise, and then a product over channels at each place."""
    spatial, across = kernels
    return depthwise(x, spatial) @ across


def max_pooling(x, weight):
    return weight * layers.max_pool(x)


def average_pooling(x, weight):
    return weight * layers.average_pool(x)


def energy(x, kernel, layer):
    return np.sum(np.tanh(layer(x, kernel)))


gradient = srcad.grad(energy, argnums=("x", "kernel"))


def cases():
    """A layer, its input and its kernel, by name."""
    rng = np.random.default_rng(0)
    image = rng.normal(size=(2, 6, 5, 3))
    return {
        "one axis": (one_axis, rng.normal(size=(2, 9, 3)), rng.normal(size=(4, 3, 2))),
        "two axes": (layers.convolution, image, rng.normal(size=(3, 2, 3, 4))),
        "three axes": (three_axes, rng.normal(size=(2, 4, 5, 4, 2)), rng.normal(size=(2, 3, 2, 2, 3))),
        "transposed": (transposed, image, rng.normal(size=(3, 3, 3, 2))),
        "depthwise": (depthwise, image, rng.normal(size=(3, 3, 3))),
        "separable": (separable, image, (rng.normal(size=(3, 3, 3)), rng.normal(size=(3, 4)))),
        "max pooling": (max_pooling, rng.normal(size=(2, 6, 4, 3)), rng.normal(size=3)),
        "average pooling": (average_pooling, rng.normal(size=(2, 6, 4, 3)), rng.normal(size=3)),
    }


def on_arrays(f, *values):
    """The function of arrays, of each array of tuples of them."""
    return (
        tuple(on_arrays(f, *parts) for parts in zip(*values, strict=True))
        if isinstance(values[0], tuple)
        else f(*values)
    )


def total(values):
    return sum(map(total, values)) if isinstance(values, tuple) else np.sum(values)


def results():
    """For each layer the shape of its result, and its derivative along a direction by srcad and by differences."""
    rng = np.random.default_rng(1)
    found = {}
    for name, (layer, x, kernel) in cases().items():
        at = (x, kernel)
        direction = on_arrays(lambda v: rng.normal(size=v.shape), at)
        up, down = (
            on_arrays(lambda v, d: v + 1e-6 * d, at, direction),
            on_arrays(lambda v, d: v - 1e-6 * d, at, direction),
        )
        derivative = total(on_arrays(np.multiply, gradient(x, kernel, layer), direction))
        found[name] = layer(x, kernel).shape, derivative, (energy(*up, layer) - energy(*down, layer)) / 2e-6
    return found


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    layer, x, kernel = cases()["transposed"]
    common.show_sources(options, gradient.source_for(x, kernel, layer))
    for name, (shape, derivative, difference) in results().items():
        print(f"{name:<15}  shape {shape!s:<18}  derivative {derivative:.8f}  by differences {difference:.8f}")
    common.saved(options, lambda file: srcad.graph(energy)(x[:1, :2, :2, :1], kernel[:1, :2, :1, :1], layer).save(file))


if __name__ == "__main__":
    main()
