"""LeNet-5 on handwritten digits: two convolutions with pooling, a third one, and two dense layers.

    python examples/lenet.py --plot lenet.png

The digits of 8 x 8 pixels are scaled up to the 32 x 32 that the network was made for (LeCun et al., 1998).
"""

from __future__ import annotations

import common
import numpy as np
from layers import average_pool, convolution, cross_entropy

from srcad import optim, value_and_grad


def scores(params, x):
    c1, b1, c3, b3, c5, b5, w6, b6, w7, b7 = params
    h = average_pool(np.tanh(convolution(x, c1) + b1))
    h = average_pool(np.tanh(convolution(h, c3) + b3))
    h = np.tanh(convolution(h, c5) + b5)
    h = np.tanh(np.reshape(h, (len(x), 120)) @ w6 + b6)
    return h @ w7 + b7


def loss(params, x, labels):
    return cross_entropy(scores(params, x), labels)


gradient = value_and_grad(loss)


def initial(rng):
    def kernel(size, inputs, outputs):
        return rng.normal(size=(size, size, inputs, outputs)) / (size * inputs**0.5)

    convolutions = (kernel(5, 1, 6), np.zeros(6), kernel(5, 6, 16), np.zeros(16), kernel(5, 16, 120), np.zeros(120))
    return (*convolutions, common.glorot(rng, 120, 84), np.zeros(84), common.glorot(rng, 84, 10), np.zeros(10))


def enlarged(images):
    """Images of 64 numbers as 32 x 32 with one channel."""
    return np.kron(np.reshape(images, (-1, 8, 8)), np.ones((1, 4, 4)))[..., None]


def results(options):
    """Accuracy on unseen digits, and the losses."""
    rng = np.random.default_rng(0)
    (x, labels), (x_test, labels_test) = common.digits(rng)
    batches = common.minibatches(rng, 32, 1 if options.quick else 3, x, labels)
    batches = ((enlarged(images), digits) for images, digits in batches)
    params, losses = common.train(gradient, initial(rng), batches, optim.adam(0.002), options)
    right = [np.argmax(scores(params, enlarged(x_test[i : i + 90])), axis=1) for i in range(0, 360, 90)]
    return float(np.mean(np.concatenate(right) == labels_test)), losses


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    some = initial(np.random.default_rng(0)), np.zeros((2, 32, 32, 1)), np.zeros(2, int)
    common.show_sources(options, gradient.source_for(*some))
    accuracy, losses = results(options)
    common.show({"accuracy": accuracy})
    common.saved(options, lambda file: common.draw_curves(file, {"LeNet-5": losses}, "LeNet-5 on digits"))


if __name__ == "__main__":
    main()
