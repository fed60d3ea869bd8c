"""The examples that train reach what they promise, already with short settings."""

import functools

import activations
import adversaries
import alexnet
import attention
import autoencoder
import characters
import common
import convolutions
import dense_networks
import heat_equation
import lenet
import linear_classifiers
import normalisation
import numpy as np
import ode_parameters
import pytest
import transformer
import turing_machine
import update_rules
import word_vectors
import xor
from numpy.testing import assert_allclose

QUICK = common.parse("", ["--quick", "--quiet"])
TRAINING = (
    adversaries,
    alexnet,
    attention,
    autoencoder,
    characters,
    dense_networks,
    heat_equation,
    lenet,
    linear_classifiers,
    normalisation,
    ode_parameters,
    transformer,
    turing_machine,
    update_rules,
    word_vectors,
    xor,
)


@functools.cache
def results(example):
    """What a quick run of an example gives, which is the same for all tests."""
    return example.results(1 if example is alexnet else QUICK)


@pytest.mark.parametrize("example", [*TRAINING, activations, convolutions], ids=lambda module: module.__name__)
def test_main_prints_source_and_results_and_draws(example, monkeypatch, tmp_path, capsys):
    if example in TRAINING:
        found = results(example)
        monkeypatch.setattr(example, "results", lambda options: found)
    picture = tmp_path / "picture.png"
    example.main(["--quick", "--quiet", "--show-source", "--plot", str(picture)])
    printed = capsys.readouterr().out
    assert "_grad(" in printed and "return" in printed
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_linear_classifiers():
    accuracy, losses = results(linear_classifiers)
    assert accuracy["logistic"] > 0.9 and accuracy["softmax"] > 0.95 and accuracy["hinge"] > 0.95
    assert_allclose(losses["logistic"][0], np.log(2.0))  # of zero weights
    assert_allclose(losses["softmax"][0], np.log(5.0))
    assert_allclose(losses["hinge"][0], 4.0)


def test_xor():
    outputs, _, _ = results(xor)
    assert_allclose(outputs, [0.0, 1.0, 1.0, 0.0], atol=0.05)


def test_dense_networks():
    accuracy, _ = results(dense_networks)
    assert min(accuracy.values()) > 0.9 and accuracy["deep, with decay"] > 0.95


def test_tied_biases_have_gradients_that_are_sums():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(7, 64)), common.one_hot(rng.integers(10, size=7), 10)
    w1, _, w2, _ = dense_networks.initial("tied biases", rng)
    _, tied = dense_networks.gradient((w1, 0.1, w2, 0.2), x, y, dense_networks.tied_biases)
    _, free = dense_networks.gradient((w1, np.full(32, 0.1), w2, np.full(10, 0.2)), x, y, dense_networks.two_layers)
    assert_allclose([tied[1], tied[3]], [np.sum(free[1]), np.sum(free[3])], atol=1e-14)


def test_update_rules():
    paths, rates = results(update_rules)
    start = update_rules.valley(update_rules.START)
    assert all(values[-1] < 0.5 * start for _, values in paths.values())
    distance = {name: np.linalg.norm(points[-1] - update_rules.LOWEST) for name, (points, _) in paths.items()}
    assert distance["momentum"] < distance["SGD"] and distance["Nesterov"] < distance["SGD"]
    slow, *_, fast = (values[-1] for values in rates.values())
    assert fast < slow


def test_derivatives_of_activations():
    found = activations.results()
    s = 1.0 / (1.0 + np.exp(-np.array([-1.0, 2.0])))
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    expected = {
        "elu": [np.exp(-1.0), 1.0],
        "selu": [scale * alpha * np.exp(-1.0), scale],
        "softplus": s,
        "softsign": [1.0 / 4.0, 1.0 / 9.0],
        "hard_sigmoid": [0.2, 0.2],
        "relu": [0.0, 1.0],
        "tanh": [1.0 - np.tanh(1.0) ** 2, 1.0 - np.tanh(2.0) ** 2],
        "sigmoid": s * (1.0 - s),
    }
    for name, derivative in expected.items():
        assert_allclose(found[name], derivative, err_msg=name)
    p = np.exp([1.0, 2.0, 3.0]) / np.sum(np.exp([1.0, 2.0, 3.0]))
    assert_allclose(found["softmax"], np.diag(p) - np.outer(p, p), atol=1e-15)


@pytest.mark.parametrize("name", list(convolutions.cases()))
def test_convolutions(name):
    _, derivative, difference = convolutions.results()[name]
    assert_allclose(derivative, difference, rtol=1e-6)


def test_convolution_is_that_of_scipy():
    from scipy.signal import correlate

    rng = np.random.default_rng(0)
    image, kernel = rng.normal(size=(7, 6)), rng.normal(size=(3, 2))
    out = convolutions.layers.convolution(image[None, :, :, None], kernel[:, :, None, None])
    assert_allclose(out[0, :, :, 0], correlate(image, kernel, mode="valid"))


def test_lenet():
    accuracy, _ = results(lenet)
    assert accuracy > 0.9


def test_alexnet_takes_a_step():
    found = results(alexnet)
    assert found["loss after one step"] < found["loss before"]
    assert len(found["norms of the gradients"]) == 8 and min(found["norms of the gradients"]) > 0.0


def test_normalisation_and_dropout():
    accuracy, losses = results(normalisation)
    assert min(accuracy.values()) > 0.8 and accuracy["batch normalisation"] > 0.95
    assert np.mean(losses["batch normalisation"][-10:]) < np.mean(losses["plain"][-10:])


def test_characters():
    loss, texts, losses = results(characters)
    assert all(abs(values[0] - np.log(len(characters.LETTERS))) < 0.1 for values in losses.values())  # of any letter
    assert max(loss.values()) < 0.6
    known = set(characters.TEXT.split())
    words = [word for text in texts.values() for word in text.split()[1:-1]]
    assert sum(word in known for word in words) > 0.5 * len(words)


def test_word_vectors():
    found, _, _ = results(word_vectors)
    assert found["same group"] > 0.8 and found["other sentences"] < 0.4


def test_autoencoder():
    found, _, _ = results(autoencoder)
    assert found["loss before"] > 40.0 and found["loss after"] < 29.0


def test_adversaries():
    found, _, _ = results(adversaries)
    assert found["distance after"] < 0.6 * found["distance before"]


def test_attention():
    accuracy, _, _ = results(attention)
    assert accuracy > 0.9


def test_turing_machine():
    wrong, _, losses = results(turing_machine)
    assert abs(losses[0] - np.log(2.0)) < 0.05  # of coins
    assert wrong < 0.05


def test_transformer():
    accuracy, losses = results(transformer)
    assert losses[0] > 2.0 and accuracy > 0.8


def test_ode_parameters():
    found, measured = results(ode_parameters)
    assert_allclose(found["found"], found["true"], atol=0.03)
    assert found["mean square left"] < ode_parameters.loss(ode_parameters.TRUE, measured)


def test_heat_equation():
    found, _ = results(heat_equation)
    assert found["error before"] > 0.4 and found["error after"] < 0.2
