"""Optimisers and solvers of SciPy on derivatives as they are, and structures as vectors."""

import collections
import dataclasses

import numpy as np
import pytest
import scipy.optimize
from standin import xp

from srcad import errors, grad, hessian, jacobian, ravel, value_and_grad
from srcad.optim import sgd

Pair = collections.namedtuple("Pair", "w b")


def rosenbrock(x, scale=100.0):
    return np.sum(scale * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def in_a_loop(x, *, scale=100.0):
    total = 0.0
    for i in range(len(x) - 1):
        total += scale * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


@pytest.mark.parametrize("f", [rosenbrock, in_a_loop])
@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B", "CG", "TNC", "SLSQP"])
def test_minimize_takes_value_and_grad(f, method):
    found = scipy.optimize.minimize(value_and_grad(f), np.full(4, 0.5), jac=True, method=method)
    assert np.allclose(found.x, 1.0, atol=1e-2)


def test_minimize_takes_hessians_and_further_arguments():
    found = scipy.optimize.minimize(
        value_and_grad(rosenbrock), np.zeros(3), args=(10.0,), jac=True, hess=hessian(rosenbrock), method="trust-exact"
    )
    assert np.allclose(found.x, 1.0, atol=1e-5)


def test_root_and_least_squares_take_jacobians():
    def circles(x):
        return np.array([x[0] ** 2 + x[1] ** 2 - 4.0, x[0] - x[1]])

    found = scipy.optimize.root(circles, np.array([1.0, 2.0]), jac=jacobian(circles))
    assert np.allclose(found.x, np.sqrt(2.0))
    found = scipy.optimize.least_squares(circles, np.array([1.0, 2.0]), jac=jacobian(circles))
    assert np.allclose(found.x, np.sqrt(2.0))


@dataclasses.dataclass
class Line:
    slope: float
    offset: object
    name: str = "line"


def squares(line, x, y):
    return np.sum((line.slope * x + line.offset - y) ** 2)


def test_structures_are_fitted_through_ravel():
    x = np.linspace(0.0, 1.0, 5)
    start, back = ravel(Line(0.0, np.zeros(1)))

    def objective(vector):
        value, gradient = value_and_grad(squares)(back(vector), x, 3.0 * x - 1.0)
        return value, ravel(gradient)[0]

    found = back(scipy.optimize.minimize(objective, start, jac=True).x)
    assert type(found) is Line and found.name == "line"
    assert found.slope == pytest.approx(3.0, abs=1e-5) and found.offset == pytest.approx([-1.0], abs=1e-5)


@pytest.mark.parametrize(
    "tree",
    [
        3.0,
        np.float32(2.0),
        np.arange(6.0).reshape(2, 3),
        (1.0, [np.ones((2, 1)), {"k": 5.0}], None, "text", 7, True),
        Pair(np.array([1.0, 2.0], "f"), np.array(3.0, "f")),
        Line(2.0, np.ones(2)),
        {"z": 1 + 2j, "x": np.array([1.0, 2.0])},
        {"empty": np.ones((0, 2)), "x": 1.0},
    ],
)
def test_there_and_back(tree):
    vector, back = ravel(tree)
    assert vector.ndim == 1
    again = back(vector)
    assert repr(again) == repr(tree)
    assert np.array_equal(ravel(back(2 * vector))[0], 2 * vector)


def test_dtypes_promote_and_come_back():
    vector, back = ravel([np.ones(2, "f"), np.ones(1)])
    assert vector.dtype == np.float64
    assert [x.dtype for x in back(vector)] == [np.float32, np.float64]
    assert ravel([np.ones(2, "f"), np.float32(1)])[0].dtype == np.float32


def test_the_vector_is_a_copy():
    x = np.ones(3)
    vector, back = ravel({"x": x})
    vector[0] = 5.0
    found = back(vector)["x"]
    found[1] = 7.0
    assert x.tolist() == [1.0, 1.0, 1.0] and vector.tolist() == [5.0, 1.0, 1.0]


def test_other_array_modules():
    vector, back = ravel({"x": xp.asarray([1.0, 2.0]), "s": 3.0})
    assert type(vector) is type(xp.asarray([1.0]))
    assert type(back(vector)["x"]) is type(vector)


def test_a_step_of_an_optimiser_on_a_vector_is_one_on_the_structure():
    params = {"w": np.array([1.0, 2.0]), "b": 0.5}
    gradient = grad(lambda p: np.sum(p["w"] ** 2) * p["b"])(params)
    vector, back = ravel(params)
    opt = sgd(0.1)
    whole, _ = opt.update(params, gradient, opt.init(params))
    flat, _ = opt.update(vector, ravel(gradient)[0], opt.init(vector))
    assert np.allclose(back(flat)["w"], whole["w"]) and back(flat)["b"] == pytest.approx(whole["b"])


def test_what_cannot_be_a_vector_is_refused():
    with pytest.raises(errors.ArgumentError, match="nothing that carries a derivative"):
        ravel({"n": 3, "name": "x"})
    _, back = ravel([1.0, np.ones(2)])
    for wrong in (np.ones(2), np.ones((3, 1)), 1.0):
        with pytest.raises(errors.CotangentError, match=r"shape .* 3 numbers(.|\n)*\(3,\)"):
            back(wrong)


def test_the_banana_of_scipy_is_differentiated_as_it_is():
    x = np.array([0.3, -1.1, 0.7, 1.2])
    np.testing.assert_allclose(grad(scipy.optimize.rosen)(x), scipy.optimize.rosen_der(x), rtol=1e-13)
    np.testing.assert_allclose(hessian(scipy.optimize.rosen)(x), scipy.optimize.rosen_hess(x), rtol=1e-13)
    found = scipy.optimize.minimize(value_and_grad(scipy.optimize.rosen), np.zeros(4), jac=True, options={"gtol": 1e-9})
    np.testing.assert_allclose(found.x, 1.0, atol=1e-7)
