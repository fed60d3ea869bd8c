"""Attention between a query and a context, in both directions, over embeddings of words and of their letters.

    python examples/attention.py --plot attention.png

A context lists names and places, "anna paris ben lima ..."; the query is a name, and the answer the place that follows
it.  Context to query, each word of the context looks for what the query says of it; query to context, the query looks
for the words that matter to it (Seo et al., 2017).  The picture shows the answer's weights over some contexts.
"""

from __future__ import annotations

import common
import numpy as np

from srcad import optim, value_and_grad

NAMES = ("anna", "ben", "carla", "david", "emma", "frank", "greta", "hugo")
PLACES = ("paris", "lima", "oslo", "rome", "cairo", "delhi", "quito", "bern")
WORDS = (*NAMES, *PLACES, "where", "is")
LETTERS = sorted(set("".join(WORDS)))
SPELLING = np.array([[word.count(letter) / len(word) for letter in LETTERS] for word in WORDS])
SIZE = 12


def softmax(scores, axis):
    e = np.exp(scores - np.max(scores, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def embedded(params, words):
    """Of each word a vector of its own, and the mean of the vectors of its letters."""
    letters = np.tanh(SPELLING @ params["letters"])
    return np.concatenate((params["words"][words], letters[words]), axis=-1)


def answer(params, context, query):
    """The probability of each word of the context to be the answer, (n, words)."""
    h, u = embedded(params, context), embedded(params, query)
    likeness = (h @ params["similar"]) @ np.swapaxes(u, 1, 2)
    to_query = softmax(likeness, 2) @ u
    weights = softmax(np.max(likeness, axis=2), 1)
    to_context = weights[:, None, :] @ h
    seen = np.concatenate((h, to_query, h * to_query, h * to_context), axis=2)
    before = np.concatenate((np.zeros_like(seen[:, :1]), seen[:, :-1]), axis=1)
    hidden = np.tanh(seen @ params["here"] + before @ params["before"])
    return softmax(hidden @ params["out"], 1)


def loss(params, context, query, right):
    p = answer(params, context, query)
    return -np.mean(np.log(p[np.arange(len(right)), right] + 1e-12))


gradient = value_and_grad(loss)


def initial(rng):
    both = 2 * SIZE
    return {
        "words": 0.5 * rng.normal(size=(len(WORDS), SIZE)),
        "letters": 0.5 * rng.normal(size=(len(LETTERS), SIZE)),
        "similar": 0.3 * rng.normal(size=(both, both)),
        "here": common.glorot(rng, 4 * both, 32),
        "before": common.glorot(rng, 4 * both, 32),
        "out": rng.normal(size=32) / 6.0,
    }


def questions(rng, count=64, pairs=4):
    """Contexts of names and places, queries "where is NAME", and the place in the context that answers."""
    order = np.argsort(rng.random((count, len(NAMES))), axis=1)[:, :pairs]
    places = len(NAMES) + rng.integers(len(PLACES), size=(count, pairs))
    context = np.reshape(np.stack((order, places), axis=2), (count, 2 * pairs))
    asked = rng.integers(pairs, size=count)
    query = np.tile([WORDS.index("where"), WORDS.index("is"), 0], (count, 1))
    query[:, 2] = order[np.arange(count), asked]
    return context, query, 2 * asked + 1


def results(options):
    """The share of right answers to new questions, the parameters, and the losses."""
    rng = np.random.default_rng(0)
    data = (questions(rng) for _ in range(250 if options.quick else 800))
    params, losses = common.train(gradient, initial(rng), data, optim.adam(0.01), options)
    context, query, right = questions(rng, 500)
    return float(np.mean(np.argmax(answer(params, context, query), axis=1) == right)), params, losses


def draw(file, params):
    context, query, _ = questions(np.random.default_rng(5), 6)
    weights = answer(params, context, query)
    made, (panel,) = common.figure(1, 6.0, 3.2)
    panel.imshow(weights, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
    for i, row in enumerate(context):
        for j, word in enumerate(row):
            colour = "white" if weights[i, j] > 0.5 else "black"
            panel.text(j, i, WORDS[word], ha="center", va="center", fontsize=8, color=colour)
    panel.set_yticks(range(6), [" ".join(WORDS[w] for w in row) + "?" for row in query])
    panel.set_xticks([])
    panel.set_title("Where the answer is")
    common.write(made, file)


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    rng = np.random.default_rng(0)
    common.show_sources(options, gradient.source_for(initial(rng), *questions(rng, 3)))
    accuracy, params, _ = results(options)
    common.show({"right answers": accuracy})
    common.saved(options, lambda file: draw(file, params))


if __name__ == "__main__":
    main()
