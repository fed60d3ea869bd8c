"""A neural Turing machine learns to copy: it reads words of bits, and then writes them down from memory.

    python examples/turing_machine.py --plot machine.png

A small network moves a head over a memory: by content, by staying where it was, and by shifts to the neighbours.  All
of it is a loop over time whose state is the memory and the weights of the heads (Graves et al., 2014).
"""

from __future__ import annotations

import common
import numpy as np

from srcad import optim, value_and_grad

BITS, PLACES, WIDTH, HIDDEN = 4, 8, 8, 48
HEAD = WIDTH + 6  # a key, its strength, a gate, three shifts, and how sharp they are


def sigmoid(a):
    return 1.0 / (1.0 + np.exp(-a))


def softmax(a):
    e = np.exp(a - np.max(a, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def softplus(a):
    return np.logaddexp(a, 0.0)


def addressed(head, memory, weights):
    """The head's new weights over the places of the memory."""
    key = np.tanh(head[:, :WIDTH])
    inner = np.sum(memory * key[:, None, :], axis=2)
    norms = np.sqrt(np.sum(memory**2, axis=2) * np.sum(key**2, axis=1)[:, None] + 1e-6)
    by_content = softmax(softplus(head[:, WIDTH : WIDTH + 1]) * inner / norms)
    gate = sigmoid(head[:, WIDTH + 1 : WIDTH + 2])
    weights = gate * by_content + (1.0 - gate) * weights
    shift = softmax(head[:, WIDTH + 2 : WIDTH + 5])
    weights = (
        shift[:, :1] * np.roll(weights, 1, axis=1)
        + shift[:, 1:2] * weights
        + shift[:, 2:] * np.roll(weights, -1, axis=1)
    )
    sharp = (weights + 1e-6) ** (1.0 + softplus(head[:, WIDTH + 5 :]))
    return sharp / np.sum(sharp, axis=1, keepdims=True)


def run(params, inputs):
    """The outputs, (time, n, bits), before the sigmoid, and the weights of the head that reads."""
    count = inputs.shape[1]
    memory = np.zeros((count, PLACES, WIDTH)) + params["memory"]
    reading = np.zeros((count, PLACES)) + softmax(params["start"])[:1]
    writing = np.zeros((count, PLACES)) + softmax(params["start"])[1:]
    read = np.zeros((count, WIDTH))
    outputs, looked = [], []
    for x in inputs:
        hidden = np.tanh(x @ params["x"] + read @ params["r"] + params["b"])
        writing = addressed(hidden @ params["writes"] + params["writes_b"], memory, writing)
        erase = sigmoid(hidden @ params["erases"])
        memory = memory * (1.0 - writing[:, :, None] * erase[:, None, :])
        memory = memory + writing[:, :, None] * np.tanh(hidden @ params["adds"])[:, None, :]
        reading = addressed(hidden @ params["reads"] + params["reads_b"], memory, reading)
        read = np.sum(reading[:, :, None] * memory, axis=1)
        outputs.append(hidden @ params["out"] + read @ params["out_r"])
        looked.append(reading)
    return np.stack(outputs), np.stack(looked)


def loss(params, inputs, words):
    logits, _ = run(params, inputs)
    logits = logits[len(words) + 1 :]
    return np.mean(np.logaddexp(0.0, logits) - words * logits)


gradient = value_and_grad(loss)


def initial(rng):
    sizes = {"x": (BITS + 2, HIDDEN), "r": (WIDTH, HIDDEN), "erases": (HIDDEN, WIDTH), "adds": (HIDDEN, WIDTH)}
    sizes |= {"writes": (HIDDEN, HEAD), "reads": (HIDDEN, HEAD), "out": (HIDDEN, BITS), "out_r": (WIDTH, BITS)}
    params = {name: common.glorot(rng, *shape) for name, shape in sizes.items()}
    start = np.zeros((2, PLACES))
    start[:, 0] = 4.0
    return params | {
        "b": np.zeros(HIDDEN),
        "writes_b": np.zeros(HEAD),
        "reads_b": np.zeros(HEAD),
        "memory": 0.1 * rng.normal(size=(PLACES, WIDTH)),
        "start": start,
    }


def tasks(rng, count, longest=4, size=24):
    """Words of bits between two marks, then silence in which they are to be written down."""
    for _ in range(count):
        length = int(rng.integers(1, longest + 1))
        words = rng.integers(2, size=(length, size, BITS)).astype(float)
        inputs = np.zeros((2 * length + 1, size, BITS + 2))
        inputs[:length, :, :BITS] = words
        inputs[:length, :, BITS] = 1.0
        inputs[length, :, BITS + 1] = 1.0
        yield inputs, words


def results(options):
    """The share of wrong bits in new words, the parameters, and the losses."""
    rng = np.random.default_rng(1)
    data = list(tasks(rng, 250 if options.quick else 1500))
    params, losses = common.train(gradient, initial(rng), data, optim.adam(0.006), options)
    wrong = []
    for inputs, words in tasks(rng, 20):
        logits, _ = run(params, inputs)
        wrong.append(np.mean((logits[len(words) + 1 :] > 0.0) != (words > 0.5)))
    return float(np.mean(wrong)), params, losses


def draw(file, params, losses):
    made, (curve, heads) = common.figure(2, 4.0, 3.0)
    curve.plot(common.smoothed(losses, 30))
    curve.set(title="Loss", xlabel="step")
    (inputs, _) = max(tasks(np.random.default_rng(3), 10), key=lambda task: len(task[0]))
    heads.imshow(run(params, inputs)[1][:, 0].T, cmap="Blues", aspect="auto", vmin=0.0, vmax=1.0)
    heads.set(title="Where the head reads", xlabel="time", ylabel="place")
    common.write(made, file)


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    rng = np.random.default_rng(0)
    common.show_sources(options, gradient.source_for(initial(rng), *next(tasks(rng, 1))))
    wrong, params, losses = results(options)
    common.show({"wrong bits": wrong, "loss": float(np.mean(losses[-20:]))})
    common.saved(options, lambda file: draw(file, params, losses))


if __name__ == "__main__":
    main()
