"""word2vec with negative sampling: words that are used alike get vectors that point alike.

    python examples/word_vectors.py --plot words.png

The sentences are made up: animals eat food, people read texts.  Taking rows out of a table of vectors has a gradient
that adds to those rows (Mikolov et al., 2013).
"""

from __future__ import annotations

import common
import numpy as np

from srcad import optim, value_and_grad

GROUPS = {
    "animals": ("cat", "dog", "horse", "mouse"),
    "eating": ("eats", "chews", "swallows"),
    "food": ("bread", "corn", "cheese", "hay"),
    "people": ("anna", "ben", "carla", "david"),
    "reading": ("reads", "studies", "prints"),
    "texts": ("books", "letters", "poems", "essays"),
}
SENTENCES = (("animals", "eating", "food"), ("people", "reading", "texts"))
WORDS = [word for group in GROUPS.values() for word in group]
SIZE, NEGATIVE = 12, 5


def loss(tables, centre, context, negative):
    """Of pairs of words: `centre` and `context` were seen together, `negative` (n, 5) were drawn at random."""
    inner, outer = tables
    v = inner[centre]
    seen = np.sum(v * outer[context], axis=1)
    drawn = np.sum(v[:, None, :] * outer[negative], axis=2)
    return np.mean(np.logaddexp(0.0, -seen)) + np.mean(np.sum(np.logaddexp(0.0, drawn), axis=1))


gradient = value_and_grad(loss)


def batches(rng, count, size=64):
    for _ in range(count):
        pairs = []
        for _ in range(size):
            sentence = [WORDS.index(rng.choice(GROUPS[g])) for g in SENTENCES[rng.integers(2)]]
            pairs.append(rng.choice(sentence, 2, replace=False))
        centre, context = np.array(pairs).T
        yield centre, context, rng.integers(len(WORDS), size=(size, NEGATIVE))


def similarity(tables):
    """The cosines between the vectors of all words."""
    unit = tables[0] / np.linalg.norm(tables[0], axis=1, keepdims=True)
    return unit @ unit.T


def results(options):
    """How alike words of one group are on average, and words of different sentences; the vectors; the losses."""
    rng = np.random.default_rng(0)
    tables = tuple(0.1 * rng.normal(size=(len(WORDS), SIZE)) for _ in range(2))
    data = batches(rng, 300 if options.quick else 1000)
    tables, losses = common.train(gradient, tables, data, optim.adam(0.02), options)
    alike = similarity(tables)
    group = np.array([g for g, words in enumerate(GROUPS.values()) for _ in words])
    same = (group[:, None] == group) & ~np.eye(len(WORDS), dtype=bool)
    apart = (group[:, None] < 3) != (group < 3)
    return {"same group": float(np.mean(alike[same])), "other sentences": float(np.mean(alike[apart]))}, tables, losses


def draw(file, tables):
    made, (panel,) = common.figure(1, 5.0, 4.0)
    centred = tables[0] - np.mean(tables[0], axis=0)
    _, _, axes = np.linalg.svd(centred)
    points = centred @ axes[:2].T
    start = 0
    for name, words in GROUPS.items():
        here = points[start : start + len(words)]
        panel.scatter(*here.T, s=14)
        x, y = np.mean(here, axis=0)
        text = f"{name}:\n" + "\n".join(words)
        panel.annotate(text, (x, y), xytext=(18, 0), textcoords="offset points", fontsize=7, va="center")
        start += len(words)
    panel.margins(0.2)
    panel.set_title("Word vectors, two of their directions")
    common.write(made, file)


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    rng = np.random.default_rng(0)
    some = tuple(rng.normal(size=(2, len(WORDS), SIZE)))
    common.show_sources(options, gradient.source_for(some, *next(batches(rng, 1))))
    found, tables, _ = results(options)
    common.show({f"similarity, {name}": value for name, value in found.items()})
    common.saved(options, lambda file: draw(file, tables))


if __name__ == "__main__":
    main()
