"""jacrev, jacobian and hessian: shapes, structures, values by differences and by hand."""

import dataclasses
import multiprocessing
import pickle

import numpy as np
import pytest
import scipy.optimize

from srcad import grad, hessian, jacfwd, jacobian, jacobians, jacrev
from srcad.errors import ArgumentError, ResultError, UnsupportedError

X = np.array([0.5, -1.2, 0.8])
M = np.array([[0.3, -0.7, 1.1], [0.9, 0.2, -0.4]])


BOTH = pytest.mark.parametrize("make", [jacrev, jacfwd])


def differences(f, x, step=1e-6):
    """The Jacobian by central differences, the axes of the result first."""
    x = np.asarray(x, float)
    columns = [(f(x + step * e) - f(x - step * e)) / (2 * step) for e in np.eye(x.size).reshape(-1, *x.shape)]
    return np.moveaxis(np.array(columns), 0, -1).reshape(*np.shape(columns[0]), *x.shape)


def outer(x):
    return np.outer(np.sin(x), x**2)


def in_place(x):
    y = np.zeros((2, 3))
    for i in range(2):
        y[i] = x * (i + 1)
        y[:, i] *= x[i] if x[i] > 0 else np.exp(x[2])
    return y


def total(x):
    return np.sum(x**3)


def of_matrices(x):
    return np.tanh(x @ x.T)


@pytest.mark.parametrize(
    ("f", "x"), [(outer, X), (in_place, X), (total, X), (total, M), (of_matrices, M), (np.sin, X), (outer, X[:1])]
)
@pytest.mark.parametrize("make", [jacrev, jacfwd, jacobian])
def test_output_shape_before_input_shape(make, f, x):
    given = x.copy()
    found = make(f)(given)
    assert found.shape == (*np.shape(f(x)), *x.shape)
    assert found.dtype == np.float64
    assert np.allclose(found, differences(f, x), atol=1e-8)
    assert np.array_equal(given, x)


@BOTH
def test_numbers(make):
    assert make(lambda x: x * x)(3.0) == 6.0
    assert np.array_equal(make(lambda x: x * X)(3.0), X)
    assert np.array_equal(make(lambda x: x * X)(np.float64(3.0)), X)
    found = make(lambda x: np.array(x * x))(np.array(3.0))
    assert found.shape == () and found == 6.0


@BOTH
@pytest.mark.parametrize("shape", [(0,), (0, 3)])
def test_no_elements(make, shape):
    assert make(lambda x: x * x)(np.ones(shape)).shape == (*shape, *shape)
    assert make(lambda x: x.reshape(shape) * np.ones((3, *shape)))(np.ones(shape)).shape == (3, *shape, *shape)
    assert make(lambda x: x[:0])(X).shape == (0, 3)


@dataclasses.dataclass
class Line:
    slope: float
    offset: object


def lines(line, p):
    return {"y": line.slope * X + line.offset, "s": (p["a"] ** 2 * line.slope, [p["a"]])}


@BOTH
def test_structures(make):
    found = make(lines, ("line", "p"))(Line(2.0, X), {"a": 3.0, "name": "x"})
    d_line, d_p = found["y"]
    assert type(d_line) is Line
    assert np.array_equal(d_line.slope, X) and np.array_equal(d_line.offset, np.eye(3))
    assert np.array_equal(d_p["a"], np.zeros(3)) and d_p["name"] is None
    first, (second,) = found["s"]
    assert (first[0].slope, first[1]["a"]) == (9.0, 12.0)
    assert np.array_equal(first[0].offset, np.zeros(3))
    assert (second[0].slope, second[1]["a"]) == (0.0, 1.0)


@BOTH
def test_ways_of_asking(make):
    def f(x, y, *, k=1.0):
        return x * y * k

    assert np.array_equal(make(f)(X, 2.0), 2 * np.eye(3))
    assert np.array_equal(make(f, "y")(X, y=2.0), X)
    assert np.array_equal(make(f, "k")(X, 2.0, k=5.0), 2 * X)
    assert np.array_equal(make(f, argnums=1)(X, 2.0, k=5.0), 5 * X)
    d_y, d_x = make(f, (1, 0))(X, 2.0)
    assert np.array_equal(d_y, X) and np.array_equal(d_x, 2 * np.eye(3))
    (only,) = make(f, [0])(X, 2.0)
    assert np.array_equal(only, 2 * np.eye(3))

    @make(argnums="y", has_aux=True)
    def decorated(x, y):
        """Doc."""
        return x * y, "aux"

    found, aux = decorated(X, 2.0)
    assert np.array_equal(found, X) and aux == "aux"
    assert decorated.__doc__ == "Doc." and decorated.__name__ == "decorated"


def test_repr_and_source():
    assert repr(jacrev(outer)) == repr(jacfwd(outer)) == "<jacobian of outer>"
    text = jacrev(outer).source_for(X)
    assert "def outer_forward(x):" in text and "def outer_backward(saved, d_out):" in text
    assert "def outer_jvp(x, dot_x):" in jacfwd(outer).source_for(X)


def test_one_forward_sweep():
    calls = []

    def f(x):
        calls.append(1)
        return x * x

    jacrev(f)(X)
    assert len(calls) == 1


@BOTH
def test_complex(make):
    z = np.array([1 + 2j, 0.5 - 1j])
    assert np.allclose(make(lambda z: z**3, holomorphic=True)(z), np.diag(3 * z**2))
    rows = make(lambda z: np.array([z[0].real, abs(z[1]) ** 2]))(z)
    assert np.allclose(rows, [[1.0, 0.0], [0.0, 2 * np.conj(z[1])]])
    assert np.allclose(make(lambda x: (np.exp(1j * x).real, x))(X)[0], np.diag(-np.sin(X)))


# ----------------------------------------------------------------------------------------------- hessians


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def rosenbrock_in_a_loop(x):
    total = 0.0
    y = x * 1.0
    for i in range(len(x) - 1):
        y[i] = (1.0 - x[i]) ** 2
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + y[i]
    return total


@pytest.mark.parametrize("f", [rosenbrock, rosenbrock_in_a_loop])
def test_hessian_of_rosenbrock(f):
    x = np.linspace(-1.0, 1.5, 7)
    assert np.allclose(hessian(f)(x), scipy.optimize.rosen_hess(x))
    assert np.allclose(hessian(f)(x), differences(grad(f), x), atol=1e-5)


def test_hessian_of_structures_and_several_arguments():
    def f(p, s):
        return np.sum(p["w"] ** 2) * s * p["b"][0]

    found = hessian(f)({"w": X, "b": (2.0,)}, 3.0)
    assert np.allclose(found["w"]["w"], 12.0 * np.eye(3))
    assert np.allclose(found["w"]["b"][0], 6.0 * X) and np.allclose(found["b"][0]["w"], 6.0 * X)
    assert found["b"][0]["b"][0] == 0.0
    (aa, ab), (ba, bb) = hessian(lambda a, b: a * a * b**3, (0, 1))(2.0, 3.0)
    assert (aa, ab, ba, bb) == (54.0, 108.0, 108.0, 72.0)


def test_hessian_where_forward_mode_refuses_is_that_of_reverse_mode(monkeypatch):
    def refuse(*args):
        raise UnsupportedError("this program has no tangent", "use reverse mode")

    want = scipy.optimize.rosen_hess(X)
    monkeypatch.setattr(jacobians, "pushed", refuse)
    monkeypatch.setattr(jacobians, "tangent_program_for", refuse)
    assert np.allclose(hessian(rosenbrock)(X), want)
    assert "backward" in hessian(rosenbrock).source_for(X)
    with pytest.raises(UnsupportedError, match="this program has no tangent"):
        jacfwd(rosenbrock)(X)


def test_hessian_has_none_where_nothing_carries_a_derivative():
    found = hessian(lambda p: np.sum(p["w"] ** 2) * p["b"])({"w": X, "b": 3.0, "name": "x"})
    assert np.allclose(found["w"]["w"], 6.0 * np.eye(3)) and np.allclose(found["b"]["w"], 2.0 * X)
    assert found["name"] is None and found["w"]["name"] is None


def test_hessian_with_aux_and_of_complex_functions():
    found, aux = hessian(lambda x: (np.sum(x**3), {"x": x}), has_aux=True)(X)
    assert np.allclose(found, np.diag(6 * X)) and np.array_equal(aux["x"], X)
    z = np.array([1 + 2j, 0.5 - 1j])
    assert np.allclose(hessian(lambda z: np.sum(z**3), holomorphic=True)(z), np.diag(6 * z))


# ------------------------------------------------------------------------------------------------- pickling

module_level = jacrev(outer)
forwards = jacfwd(outer)


@hessian
def quartic(x):
    return np.sum(x**4)


@pytest.mark.parametrize("derivative", [module_level, forwards, quartic, hessian(rosenbrock)])
def test_pickles_also_under_spawn(derivative):
    assert np.array_equal(pickle.loads(pickle.dumps(derivative))(X), derivative(X))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert np.array_equal(pool.apply(derivative, (X,)), derivative(X))


# -------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("f", "args", "kind", "words"),
    [
        (lambda x: {"y": x, "n": 3}, (X,), ResultError, r"<lambda>\['n'\] is nothing that carries"),
        (lambda x: x * 1j, (X,), ResultError, r"a result of dtype complex128(.|\n)*holomorphic=True"),
        (lambda x: x * 2, (3,), ArgumentError, "the argument x of <lambda> is an int"),
        (lambda x: x * 2, (np.arange(3),), ArgumentError, "dtype int64"),
        (lambda x: x > 0, (X,), ResultError, "is nothing that carries a derivative"),
    ],
)
def test_what_has_no_jacobian(f, args, kind, words):
    for make in (jacrev, jacfwd):
        with pytest.raises(kind, match=words) as caught:
            make(f)(*args)
        assert isinstance(caught.value, TypeError) and "Instead:" in str(caught.value)


def test_holomorphic_is_for_complex_numbers():
    with pytest.raises(ArgumentError, match="holomorphic=True"):
        jacrev(np.sin, holomorphic=True)(X)
    with pytest.raises(ResultError, match="holomorphic=True asks for complex ones"):
        jacrev(abs, holomorphic=True)(X + 0j)
