"""The small examples show the numbers that are known of them."""

import math

import accumulated_uses
import class_scores
import gates
import nested_functions
import numpy as np
import pytest
import sigmoid_neuron
import squared_norm
import table_of_operators
import wengert_list
from numpy.testing import assert_allclose

import srcad

SMALL = (
    accumulated_uses,
    class_scores,
    gates,
    nested_functions,
    sigmoid_neuron,
    squared_norm,
    table_of_operators,
    wengert_list,
)


@pytest.mark.parametrize("example", SMALL, ids=lambda module: module.__name__)
def test_main_prints_its_results_and_its_source(example, capsys):
    example.main(["--show-source"])
    printed = capsys.readouterr().out
    assert "def " in printed and "return" in printed
    for name in example.results():
        assert name in printed


def test_the_list_of_a_square():
    assert [line.strip() for line in str(wengert_list.df.wengert).splitlines()] == [
        "f(x1, x2):",
        "z1 = add(x1, x1)",
        "z2 = add(z1, x2)",
        "f = square(z2)",
        "return f",
    ]
    rng = np.random.default_rng(0)
    for x1, x2 in rng.normal(size=(5, 2)):
        assert_allclose(wengert_list.df(x1, x2), (8 * x1 + 4 * x2, 4 * x1 + 2 * x2))
    assert wengert_list.dg(-2.0, 5.0, -4.0) == (-4.0, -4.0, 3.0)


@pytest.mark.parametrize("way", ["step by step", "by the rule"])
def test_the_neuron(way):
    found = sigmoid_neuron.results()
    gradient = [round(float(found[f"d{name}, {way}"]), 2) for name in ("w0", "x0", "w1", "x1", "w2")]
    assert round(float(found["value"]), 2) == 0.73
    assert gradient == [-0.20, 0.39, -0.39, -0.59, 0.20]
    srcad.check_rule(sigmoid_neuron.sigmoid)


def test_gates():
    found = gates.results()
    assert found["add distributes"] == (2.0, 2.0)
    assert found["max routes"] == (2.0, 0.0)
    assert found["mul switches"] == (2.0 * -4.0, 2.0 * 3.0)
    assert found["branches add"] == -4.0 + 5.0
    assert found["the circuit"] == (-8.0, 6.0, 2.0, 0.0)


def test_the_squared_norm():
    found = squared_norm.results()
    assert_allclose(found["f"], 0.116)
    assert_allclose(found["dW"], [[0.088, 0.176], [0.104, 0.208]])
    assert_allclose(found["dx"], [-0.112, 0.636])


def test_cross_entropy():
    assert_allclose(class_scores.softmax(class_scores.SCORES), [0.13, 0.87, 0.00], atol=0.005)
    loss, gradient = class_scores.dloss(class_scores.SCORES, 0)
    e = [math.exp(s) for s in class_scores.SCORES]
    assert_allclose(loss, math.log(sum(e)) - 3.2)
    assert_allclose(gradient, np.array(e) / sum(e) - [1.0, 0.0, 0.0])


def test_stages_of_the_hinge():
    w, x, labels = class_scores.images()
    expected = np.zeros_like(w)  # each violated margin moves a row of the right class down, and of the other one up
    for row, label in zip(x, labels, strict=True):
        for j in range(4):
            if j != label and row @ w[:, j] - row @ w[:, label] + 1.0 > 0.0:
                expected[:, j] += row / len(x)
                expected[:, label] -= row / len(x)
    for stage in class_scores.STAGES.values():
        assert_allclose(srcad.grad(stage)(w, x, labels), expected, atol=1e-14)


def test_nested_functions():
    found = nested_functions.results()
    assert_allclose(found["dz/dw"], found["dz/dw by hand"])
    assert_allclose(found["dz/dw, recomputing"], found["dz/dw by hand"])
    assert_allclose(found["second derivative"], found["differences of dz/dw"], rtol=1e-6)
    text = srcad.grad(nested_functions.recomputing).source_for(0.5)
    assert text.count("s = np.sin(w)") == 2  # the pullbacks compute the sine again, and nothing is stored for them


@pytest.mark.parametrize("name", list(accumulated_uses.POINTS))
def test_uses_are_accumulated(name):
    found = accumulated_uses.results()
    assert_allclose(found[f"dx of {name}"], found[f"dx of {name}, by hand"])


def test_the_interpreter_and_the_generated_program():
    rng = np.random.default_rng(1)
    for x, y in rng.uniform(0.5, 2.0, size=(10, 2)):
        value, gradient = table_of_operators.generated(x, y)
        walked, walked_back = table_of_operators.interpreted(table_of_operators.generated.wengert, (x, y))
        assert_allclose(walked, value)
        assert_allclose(walked_back, gradient)


def test_the_table_holds_derivatives():
    for operation, derivatives in table_of_operators.TABLE.items():
        at = (1.3, 0.7)[: len(derivatives)]
        for i, derivative in enumerate(derivatives):
            up, down = ([v + s * (j == i) for j, v in enumerate(at)] for s in (1e-6, -1e-6))
            assert_allclose(derivative(operation(*at), *at), (operation(*up) - operation(*down)) / 2e-6, rtol=1e-6)
