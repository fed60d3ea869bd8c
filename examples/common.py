"""What the examples share: their command line, their loop of training, and their pictures.

Nothing here knows derivatives; what an example shows stands in its own file.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

BLUE, ORANGE, GREEN, PURPLE, GREY = "#2f6690", "#d1603d", "#4c956c", "#7d5ba6", "#6b7280"
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, "#c2a83e", GREY)

# ------------------------------------------------------------------------------------------ the command line


def parse(doc: str | None, arguments: Sequence[str] | None, **numbers: Any) -> argparse.Namespace:
    """The options that every example has, and `numbers` of its own with their defaults."""
    parser = argparse.ArgumentParser(description=(doc or "").partition("\n")[0])
    parser.add_argument("--show-source", action="store_true", help="print the generated gradient")
    parser.add_argument("--plot", metavar="FILE", help="draw a picture to a file")
    parser.add_argument("--quick", action="store_true", help="a short run only, to see that everything works")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=type(default), default=default, help=f"(default {default})")
    return parser.parse_args(arguments)


def show(results: Mapping[str, Any]) -> None:
    """Prints named results, one a line."""
    width = max(map(len, results))
    for name, value in results.items():
        text = str(value) if isinstance(value, (str, int)) else np.array2string(np.asarray(value), precision=4)
        print(f"{name:<{width}}  " + text.replace("\n", "\n" + " " * (width + 2)))


def show_sources(options: argparse.Namespace, *sources: str) -> None:
    """Prints programs, if they were asked for."""
    if options.show_source:
        print("\n\n".join(str(source).rstrip() for source in sources), end="\n\n")


def saved(options: argparse.Namespace, draw: Callable[[str], Any]) -> None:
    """Draws the picture, if one was asked for."""
    if options.plot:
        draw(options.plot)
        print(f"picture: {options.plot}")


# ------------------------------------------------------------------------------------------------ training


def progress(items: Iterable, options: argparse.Namespace, what: str = "training") -> Any:
    """The items, with a progress bar on the terminal unless it is to be quiet."""
    from tqdm import tqdm

    return tqdm(items, desc=what, disable=options.quiet)


def minibatches(rng: np.random.Generator, size: int, epochs: int, *data: np.ndarray) -> list[tuple]:
    """Rows of the data in random order, `size` at a time; what does not fill a batch waits for the next epoch."""
    count = len(data[0])
    orders = [rng.permutation(count) for _ in range(epochs)]
    rows = [order[i : i + size] for order in orders for i in range(0, count - size + 1, size)]
    return [tuple(array[r] for array in data) for r in rows]


def train(value_and_gradient: Callable, params: Any, batches: Iterable[tuple], rule: Any, options: Any) -> tuple:
    """The parameters after one step of an update rule of `srcad.optim` for each batch, and the losses on the way."""
    state = rule.init(params)
    losses = []
    with progress(batches, options) as bar:
        for batch in bar:
            value, gradient = value_and_gradient(params, *batch)
            params, state = rule.update(params, gradient, state)
            losses.append(float(value))
            if len(losses) % 20 == 0:
                bar.set_postfix(loss=f"{np.mean(losses[-20:]):.4f}")
    return params, losses


def glorot(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Weights that keep the variance of what passes through them; the last two axes are inputs and outputs."""
    return rng.normal(size=shape) * (2.0 / (shape[-2] + shape[-1])) ** 0.5


def digits(rng: np.random.Generator, test: int = 360) -> tuple:
    """Images of 64 numbers in [0, 1] and their labels, shuffled: `(images, labels), (test images, test labels)`."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    order = rng.permutation(len(images))
    images, labels = images[order] / 16.0, labels[order]
    return (images[:-test], labels[:-test]), (images[-test:], labels[-test:])


def one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    """A row for each label, 1 at its place."""
    return np.eye(classes)[labels]


# ------------------------------------------------------------------------------------------------ pictures


def figure(columns: int, width: float = 4.4, height: float = 3.4, rows: int = 1) -> tuple:
    """A figure of matplotlib with panels in a row, drawn plainly; a list of the panels."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    plt.rcParams.update(
        {
            "font.size": 9,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.edgecolor": GREY,
            "axes.titlelocation": "left",
            "axes.titlesize": 10,
            "axes.titleweight": "bold",
            "axes.prop_cycle": plt.cycler(color=COLOURS),
            "legend.frameon": False,
            "xtick.color": GREY,
            "ytick.color": GREY,
            "svg.hashsalt": "srcad",
        }
    )
    made, panels = plt.subplots(rows, columns, figsize=(width * columns, height * rows), layout="constrained")
    return made, list(np.atleast_1d(panels).ravel())


def write(made: Any, file: str) -> None:
    """The figure, as a file."""
    from matplotlib import pyplot as plt

    made.savefig(file, dpi=90)
    plt.close(made)


def smoothed(values: Sequence[float], window: int = 20) -> np.ndarray:
    """The mean of each stretch of `window` values."""
    window = max(1, min(window, len(values)))
    return np.convolve(values, np.ones(window) / window, mode="valid")


def draw_curves(file: str, curves: Mapping[str, Sequence[float]], title: str, *, log: bool = True, x: str = "step"):
    """Losses over steps, one line for each name."""
    made, (panel,) = figure(1, 5.6)
    for name, values in curves.items():
        line = smoothed(values, max(1, len(values) // 50))
        (panel.semilogy if log else panel.plot)(np.linspace(1, len(values), len(line)), line, label=name)
    panel.set_title(title)
    panel.set_xlabel(x)
    if len(curves) > 1:
        panel.legend()
    write(made, file)
