"""A generative adversarial network on handwritten digits: one network draws, another one judges.

    python examples/adversaries.py --plot adversaries.png

Two losses over two sets of parameters, each differentiated by its own argument; the judge's parameters are constants
for the one who draws, and the other way round (Goodfellow et al., 2014).
"""

from __future__ import annotations

import common
import numpy as np

from srcad import optim, value_and_grad

CODE, HIDDEN = 16, 96


def drawn(artist, code):
    w1, b1, w2, b2 = artist
    return 1.0 / (1.0 + np.exp(-(np.maximum(code @ w1 + b1, 0.0) @ w2 + b2)))


def judged(judge, x):
    w1, b1, w2, b2 = judge
    a = x @ w1 + b1
    return np.maximum(a, 0.2 * a) @ w2 + b2


def judge_loss(judge, artist, x, code):
    real, false = judged(judge, x), judged(judge, drawn(artist, code))
    return np.mean(np.logaddexp(0.0, -real)) + np.mean(np.logaddexp(0.0, false))


def artist_loss(artist, judge, code):
    return np.mean(np.logaddexp(0.0, -judged(judge, drawn(artist, code))))


judge_gradient = value_and_grad(judge_loss)
artist_gradient = value_and_grad(artist_loss)


def initial(rng):
    artist = (common.glorot(rng, CODE, HIDDEN), np.zeros(HIDDEN), common.glorot(rng, HIDDEN, 64), np.zeros(64))
    judge = (common.glorot(rng, 64, HIDDEN), np.zeros(HIDDEN), 0.1 * rng.normal(size=HIDDEN), 0.0)
    return artist, judge


def distance(artist, x, rng):
    """How far the mean drawn image is from the mean digit."""
    images = drawn(artist, rng.normal(size=(1000, CODE)))
    return float(np.linalg.norm(np.mean(images, axis=0) - np.mean(x, axis=0)))


def results(options):
    """Distance of the mean image from the mean digit before and after, the one who draws, and both losses."""
    rng = np.random.default_rng(0)
    (x, _), _ = common.digits(rng)
    artist, judge = initial(rng)
    found = {"distance before": distance(artist, x, rng)}
    rule = optim.adam(0.002, beta1=0.5)
    artist_state, judge_state = rule.init(artist), rule.init(judge)
    losses = {"who judges": [], "who draws": []}
    for (batch,) in common.progress(common.minibatches(rng, 50, 20 if options.quick else 150, x), options):
        value, d = judge_gradient(judge, artist, batch, rng.normal(size=(50, CODE)))
        judge, judge_state = rule.update(judge, d, judge_state)
        losses["who judges"].append(float(value))
        value, d = artist_gradient(artist, judge, rng.normal(size=(50, CODE)))
        artist, artist_state = rule.update(artist, d, artist_state)
        losses["who draws"].append(float(value))
    return found | {"distance after": distance(artist, x, rng)}, artist, losses


def draw(file, artist):
    made, panels = common.figure(10, 0.55, 0.65, rows=3)
    images = drawn(artist, np.random.default_rng(1).normal(size=(30, CODE)))
    for panel, image in zip(panels, images, strict=True):
        panel.imshow(np.reshape(image, (8, 8)), cmap="gray_r", vmin=0.0, vmax=1.0)
        panel.set_axis_off()
    made.suptitle("Digits drawn to deceive a judge", fontsize=9)
    common.write(made, file)


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    artist, judge = initial(np.random.default_rng(0))
    common.show_sources(options, artist_gradient.source_for(artist, judge, np.zeros((5, CODE))))
    found, artist, _ = results(options)
    common.show(found)
    common.saved(options, lambda file: draw(file, artist))


if __name__ == "__main__":
    main()
