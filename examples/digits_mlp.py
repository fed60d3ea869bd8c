"""A multilayer perceptron on handwritten digits, with its gradient written by srcad.

    python examples/digits_mlp.py                    # trains, prints the accuracy on unseen digits
    python examples/digits_mlp.py --show-source      # also prints the backward pass that trained it
    python examples/digits_mlp.py --plot curves.png  # also draws loss and accuracy
    python examples/digits_mlp.py --device cupy      # the same code on a GPU

The network and its loss are plain NumPy; `gradient` is all that is asked of srcad.  The digits are the 1797
images of 8 x 8 pixels that scikit-learn brings along, so nothing is downloaded.
"""

from __future__ import annotations

import argparse
import time
from itertools import pairwise

import numpy as np

from srcad import arrays, optim, value_and_grad


def scores(params, x):
    (w1, b1), (w2, b2), (w3, b3) = params
    h1 = np.tanh(x @ w1 + b1)
    h2 = np.tanh(h1 @ w2 + b2)
    return h2 @ w3 + b3


def loss(params, x, y, decay=1e-4):
    (w1, b1), (w2, b2), (w3, b3) = params
    h1 = np.tanh(x @ w1 + b1)
    h2 = np.tanh(h1 @ w2 + b2)
    z = h2 @ w3 + b3
    z = z - np.max(z, axis=1, keepdims=True)
    log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    weights = np.sum(w1**2) + np.sum(w2**2) + np.sum(w3**2)
    return -np.mean(np.sum(y * log_p, axis=1)) + 0.5 * decay * weights


value_and_gradient = value_and_grad(loss)


def loss_arguments():
    """Arguments like those of the training: `python -m srcad source examples/digits_mlp.py:loss` asks for them."""
    params = initial(np.random.default_rng(0), (64, 128, 128, 10), np.float32)
    return params, np.zeros((64, 64), np.float32), np.zeros((64, 10), np.float32)


def accuracy(params, x, labels):
    return float((scores(params, x).argmax(axis=1) == labels).mean())


def digits(rng, dtype):
    """Images scaled to [0, 1] and labels, shuffled; the last fifth is for testing."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    order = rng.permutation(len(images))
    x, labels = (images[order] / 16.0).astype(dtype), labels[order]
    test = len(x) // 5
    return (x[:-test], labels[:-test]), (x[-test:], labels[-test:])


def initial(rng, sizes, dtype):
    """Weights that keep the variance of what passes through them (Glorot and Bengio, 2010)."""
    return tuple(
        ((rng.normal(size=(n, m)) * (2.0 / (n + m)) ** 0.5).astype(dtype), np.zeros(m, dtype))
        for n, m in pairwise(sizes)
    )


def train(options):
    """The trained parameters and a history of (epoch, loss, train accuracy, test accuracy)."""
    from tqdm import tqdm

    rng = np.random.default_rng(options.seed)
    train_set, test_set = digits(rng, options.dtype)
    params = initial(rng, (64, options.hidden, options.hidden, 10), options.dtype)
    one_hot = np.eye(10, dtype=options.dtype)[train_set[1]]
    on_device = arrays.to_device((params, *train_set, one_hot, *test_set), options.device)
    params, x, labels, y, x_test, labels_test = on_device

    batches = len(x) // options.batch
    opt = optim.adam(lambda step: options.rate * (1.0 - step / (options.epochs * batches)))
    state = opt.init(params)
    history = []
    with tqdm(range(1, options.epochs + 1), desc="training", unit="epoch", disable=options.quiet) as epochs:
        for epoch in epochs:
            order = arrays.to_device(rng.permutation(len(x)), options.device)
            total = 0.0
            for i in range(batches):
                rows = order[i * options.batch : (i + 1) * options.batch]
                value, gradient = value_and_gradient(params, x[rows], y[rows])
                params, state = opt.update(params, gradient, state)
                total = total + value
            history.append(
                (epoch, float(total) / batches, accuracy(params, x, labels), accuracy(params, x_test, labels_test))
            )
            epochs.set_postfix(loss=f"{history[-1][1]:.4f}", test=f"{history[-1][3]:.1%}")
    return params, history


def plot(history, file):
    """Loss and accuracy over the epochs, as a picture."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt
    from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator, PercentFormatter

    epochs, losses, train_accuracy, test_accuracy = zip(*history, strict=True)
    blue, orange, grey = "#2f6690", "#d1603d", "#6b7280"
    style = {
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": grey,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#e5e7eb",
        "xtick.color": grey,
        "ytick.color": grey,
        "axes.titlelocation": "left",
        "axes.titlesize": 11,
        "axes.titleweight": "bold",
    }
    with plt.rc_context(style):
        figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.8), layout="constrained")
        left.semilogy(epochs, losses, color=blue, linewidth=1.8)
        left.set_title("Training loss")
        left.yaxis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
        left.yaxis.set_major_formatter("{x:g}")
        left.yaxis.set_minor_locator(NullLocator())
        right.plot(epochs, train_accuracy, color=blue, linewidth=1.8, label="training digits")
        right.plot(epochs, test_accuracy, color=orange, linewidth=1.8, label="unseen digits")
        right.set_title("Accuracy")
        right.set_ylim(min(0.9, *test_accuracy), 1.005)
        right.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        right.legend(frameon=False, loc="lower right")
        right.annotate(
            f"{test_accuracy[-1]:.1%}",
            (epochs[-1], test_accuracy[-1]),
            xytext=(0, -14),
            textcoords="offset points",
            ha="right",
            color=orange,
            weight="bold",
        )
        for axes in (left, right):
            axes.set_xlabel("epoch", color=grey)
            axes.set_xlim(epochs[0], max(epochs[-1], 2))
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.savefig(file, dpi=160)
        plt.close(figure)


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--batch", type=int, default=64, help="images per step (default 64)")
    parser.add_argument("--hidden", type=int, default=128, help="width of the two hidden layers (default 128)")
    parser.add_argument("--rate", type=float, default=3e-3, help="learning rate of Adam at the start (default 0.003)")
    parser.add_argument("--dtype", choices=("float32", "float64"), default="float32")
    parser.add_argument("--device", choices=("numpy", "cupy"), default="numpy")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="a few epochs only, to see that everything works")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.add_argument("--show-source", action="store_true", help="print the generated backward pass")
    parser.add_argument("--plot", nargs="?", const="digits_mlp.png", metavar="FILE", help="draw the curves to a PNG")
    options = parser.parse_args(arguments)
    if options.quick:
        options.epochs = min(options.epochs, 3)
    return options


def main(arguments=None):
    options = parse(arguments)
    start = time.perf_counter()
    _, history = train(options)
    if options.show_source:
        print(value_and_gradient.source)
    if options.plot:
        plot(history, options.plot)
        print(f"curves: {options.plot}")
    _, last_loss, on_training, on_test = history[-1]
    print(f"{options.epochs} epochs in {time.perf_counter() - start:.1f} s, loss {last_loss:.4f}")
    print(f"training accuracy {on_training:.2%}")
    print(f"test accuracy {on_test:.2%}")


if __name__ == "__main__":
    main()
