"""Recurrent networks that spell: a plain RNN, an LSTM and a GRU predict the next character of a text.

    python examples/characters.py --show-source --plot characters.png

Each is a loop over time that carries its state; reverse mode goes back through it, trip by trip.
"""

from __future__ import annotations

import common
import numpy as np

from srcad import optim, value_and_grad

TEXT = (
    "the chain rule takes a product apart. the product of many small steps is a long one. "
    "a step forwards keeps what a step back will need. what is needed twice is added up. "
)
LETTERS = sorted(set(TEXT))
SIZE, LENGTH = 48, 24


def sigmoid(a):
    return 1.0 / (1.0 + np.exp(-a))


def plain(p, h, c, x):
    return np.tanh(x @ p["x"] + h @ p["h"] + p["b"]), c


def lstm(p, h, c, x):
    a = x @ p["x"] + h @ p["h"] + p["b"]
    forget, write, read = sigmoid(a[:, :SIZE] + 1.0), sigmoid(a[:, SIZE : 2 * SIZE]), sigmoid(a[:, 2 * SIZE : 3 * SIZE])
    c = forget * c + write * np.tanh(a[:, 3 * SIZE :])
    return read * np.tanh(c), c


def gru(p, h, c, x):
    a, before = x @ p["x"] + p["b"], h @ p["h"]
    update = sigmoid(a[:, :SIZE] + before[:, :SIZE])
    reset = sigmoid(a[:, SIZE : 2 * SIZE] + before[:, SIZE : 2 * SIZE])
    new = np.tanh(a[:, 2 * SIZE :] + reset * before[:, 2 * SIZE :])
    return update * h + (1.0 - update) * new, c


CELLS = {"RNN": (plain, 1), "LSTM": (lstm, 4), "GRU": (gru, 3)}


def loss(params, x, y, cell):
    """The mean cross-entropy of the next characters; x and y are one-hot, (time, batch, letters)."""
    h = np.zeros((x.shape[1], SIZE))
    c = np.zeros((x.shape[1], SIZE))
    total = 0.0
    for t in range(len(x)):
        h, c = cell(params, h, c, x[t])
        scores = h @ params["out"] + params["out_b"]
        scores = scores - np.max(scores, axis=1, keepdims=True)
        log_p = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
        total -= np.sum(y[t] * log_p)
    return total / (x.shape[0] * x.shape[1])


gradient = value_and_grad(loss)


def initial(rng, parts):
    count = len(LETTERS)
    return {
        "x": 0.3 * rng.normal(size=(count, parts * SIZE)),
        "h": rng.normal(size=(SIZE, parts * SIZE)) / SIZE**0.5,
        "b": np.zeros(parts * SIZE),
        "out": 0.1 * rng.normal(size=(SIZE, count)),
        "out_b": np.zeros(count),
    }


def batches(rng, count, cell):
    """Stretches of the text, which goes round, as one-hot rows, and what follows each character."""
    codes = np.array([LETTERS.index(letter) for letter in TEXT * 2])
    for _ in range(count):
        starts = rng.integers(len(TEXT), size=16)
        rows = common.one_hot(codes[starts[None, :] + np.arange(LENGTH + 1)[:, None]], len(LETTERS))
        yield rows[:-1], rows[1:], cell


def spell(params, cell, first, length=60):
    """What the network writes after a first letter, always taking the likeliest."""
    h, c = np.zeros((1, SIZE)), np.zeros((1, SIZE))
    text = first
    for _ in range(length):
        h, c = cell(params, h, c, common.one_hot(np.array([LETTERS.index(text[-1])]), len(LETTERS)))
        text += LETTERS[int(np.argmax(h @ params["out"] + params["out_b"]))]
    return text


def results(options):
    """The last loss of each network, what it writes, and all its losses."""
    found, texts, losses = {}, {}, {}
    for name, (cell, parts) in CELLS.items():
        rng = np.random.default_rng(0)
        data = batches(rng, 150 if options.quick else 450, cell)
        params, losses[name] = common.train(gradient, initial(rng, parts), data, optim.adam(0.01), options)
        found[name], texts[name] = float(np.mean(losses[name][-10:])), spell(params, cell, "t")
    return found, texts, losses


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    rng = np.random.default_rng(0)
    common.show_sources(options, gradient.source_for(initial(rng, 4), *next(batches(rng, 1, lstm))))
    found, texts, losses = results(options)
    common.show({f"loss, {name}": value for name, value in found.items()} | texts)
    common.saved(options, lambda file: common.draw_curves(file, losses, "Predicting the next character"))


if __name__ == "__main__":
    main()
