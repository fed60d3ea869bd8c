"""A variational autoencoder on handwritten digits: eight numbers from which an image can be drawn again.

    python examples/autoencoder.py --plot autoencoder.png

The encoder gives a mean and a logarithm of a variance; the noise is drawn outside and scaled inside, so that the
gradient passes through the draw (Kingma and Welling, 2014).
"""

from __future__ import annotations

import common
import numpy as np

from srcad import optim, value_and_grad

CODE, HIDDEN = 8, 96


def decoded(params, code):
    w3, b3, w4, b4 = params[4:]
    return np.tanh(code @ w3 + b3) @ w4 + b4


def loss(params, x, noise):
    """The negative evidence lower bound: what the image loses, and how far the code is from a standard normal one."""
    w1, b1, w2, b2 = params[:4]
    both = np.tanh(x @ w1 + b1) @ w2 + b2
    mean, log_variance = both[:, :CODE], both[:, CODE:]
    logits = decoded(params, mean + np.exp(0.5 * log_variance) * noise)
    image = np.sum(np.logaddexp(0.0, logits) - x * logits, axis=1)
    code = 0.5 * np.sum(np.exp(log_variance) + mean**2 - 1.0 - log_variance, axis=1)
    return np.mean(image + code)


gradient = value_and_grad(loss)


def initial(rng):
    sizes = ((64, HIDDEN), (HIDDEN, 2 * CODE), (CODE, HIDDEN), (HIDDEN, 64))
    return tuple(part for n, m in sizes for part in (common.glorot(rng, n, m), np.zeros(m)))


def results(options):
    """The loss on unseen digits before and after training, the parameters, and the losses."""
    rng = np.random.default_rng(0)
    (x, _), (x_test, _) = common.digits(rng)
    noise = rng.normal(size=(len(x_test), CODE))
    params = initial(rng)
    before = loss(params, x_test, noise)
    rows = common.minibatches(rng, 50, 15 if options.quick else 100, x)
    data = ((batch, rng.normal(size=(len(batch), CODE))) for (batch,) in rows)
    params, losses = common.train(gradient, params, data, optim.adam(0.003), options)
    return {"loss before": before, "loss after": loss(params, x_test, noise)}, params, losses


def draw(file, params):
    made, panels = common.figure(10, 0.55, 0.65, rows=3)
    codes = np.random.default_rng(1).normal(size=(30, CODE))
    for panel, image in zip(panels, 1.0 / (1.0 + np.exp(-decoded(params, codes))), strict=True):
        panel.imshow(np.reshape(image, (8, 8)), cmap="gray_r", vmin=0.0, vmax=1.0)
        panel.set_axis_off()
    made.suptitle("Digits drawn from random codes", fontsize=9)
    common.write(made, file)


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    rng = np.random.default_rng(0)
    common.show_sources(options, gradient.source_for(initial(rng), np.zeros((5, 64)), np.zeros((5, CODE))))
    found, params, _ = results(options)
    common.show(found)
    common.saved(options, lambda file: draw(file, params))


if __name__ == "__main__":
    main()
