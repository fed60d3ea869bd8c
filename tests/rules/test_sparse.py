"""Programs with SciPy's sparse arrays and matrices, which carry no derivative themselves."""

from __future__ import annotations

import numpy as np
import pytest
from rules.in_programs import along, check_gradient, check_tangent

import srcad
from srcad.errors import ArgumentError, DifferentiationError, UnsupportedError

sparse = pytest.importorskip("scipy.sparse", reason="SciPy is not installed")
linalg = pytest.importorskip("scipy.sparse.linalg", reason="SciPy is not installed")

DENSE = np.diag([4.0, 5.0, 6.0]) + np.diag([1.0, -2.0], 1) + np.diag([0.5, 0.0], -1)
DEFINITE = sparse.csr_array(DENSE @ DENSE.T)
A = sparse.csr_array(DENSE)
COLUMNS = sparse.csc_array(DENSE)
OBLONG = sparse.csr_array(DENSE[:2])
COMPLEX = (1.0 + 2.0j) * A
OLD = sparse.csr_matrix(DENSE)
FACTORS = linalg.splu(COLUMNS)
X = np.array([0.3, -1.1, 0.7])
MANY = np.array([[0.3, 0.5], [-1.1, 0.1], [0.7, -0.4]])


def product(x):
    return np.sum((A @ x) ** 2)


def product_from_the_left(x):
    return np.sum((x.T @ A) ** 3)


def with_dot(x):
    return np.sum(A.dot(x) ** 2)


def transposed(x):
    return np.sum((OBLONG.T @ (OBLONG @ x)) ** 2)


def with_complex(x):
    return np.sum(np.abs(COMPLEX @ x) ** 2)


def with_an_old_matrix(x):
    return np.sum((OLD @ x) ** 2)


def scaled(x):
    return np.sum(((np.sum(x) * A) @ X) ** 2)


def with_columns(x):
    return np.sum((A.tocsc() @ x) ** 2)


def by_elements(x):
    return np.sum((A * np.sum(x)).toarray() ** 2)


def direct(x):
    return np.sum(linalg.spsolve(COLUMNS, x) ** 2)


def factored_before(x):
    return np.sum(FACTORS.solve(x) ** 2) + np.sum(FACTORS.solve(x, "T") ** 3)


def factored(x):
    total = 0.0
    factors = linalg.splu(COLUMNS)
    for _ in range(3):
        x = factors.solve(np.sin(x))
        total = total + np.sum(x**2)
    return total


def exponential(x):
    return np.sum(linalg.expm_multiply(A, x, traceA=15.0) ** 2)


def made_inside(x):
    return np.sum((sparse.csr_array(DENSE) @ x + sparse.diags_array([1.0, 2.0, 3.0]) @ x) ** 2)


def old_made_inside(x):
    return np.sum((sparse.csr_matrix(DENSE).T @ x + (2.0 * sparse.eye(3)) @ x) ** 2)


def steps(x):
    for i in range(3):
        if i == 1:
            x = A @ x
        x = x - 0.1 * (A @ x)
    return np.sum(x**2)


OF_MATRICES = [product, product_from_the_left, with_dot, transposed, with_complex, with_an_old_matrix, scaled]
OF_MATRICES += [with_columns, by_elements, direct, factored_before, factored, exponential, made_inside]
OF_MATRICES += [old_made_inside, steps]


@pytest.mark.parametrize("f", OF_MATRICES)
@pytest.mark.parametrize("x", [X, MANY], ids=["vector", "matrix"])
def test_both_modes_and_second_order(f, x):
    check_gradient(f, (x,))
    check_tangent(f, (x,))
    check_gradient(along(f, (x,)), (x,), tolerance=1e-5)


ITERATIVE = [linalg.cg, linalg.bicg, linalg.bicgstab, linalg.cgs, linalg.gmres]


@pytest.mark.parametrize("method", ITERATIVE, ids=lambda method: method.__name__)
def test_an_iterative_solution_has_the_derivative_of_the_exact_one(method):
    def of_right_side(b):
        return np.sum(method(DEFINITE, b, rtol=1e-14)[0] ** 2)

    def of_matrix(a):
        return np.sum(method(a + DENSE @ DENSE.T, X, rtol=1e-14)[0] ** 2)

    check_gradient(of_right_side, (X,))
    check_gradient(of_matrix, (0.01 * np.arange(9.0).reshape(3, 3) + 0.01 * np.arange(9.0).reshape(3, 3).T,))
    check_tangent(of_right_side, (X,))
    exact = 2.0 * np.linalg.solve(DEFINITE.toarray(), np.linalg.solve(DEFINITE.toarray(), X))
    np.testing.assert_allclose(srcad.grad(of_right_side)(X), exact, 1e-9)


def test_where_an_iteration_begins_does_not_matter():
    def f(x0):
        return np.sum(linalg.cg(DEFINITE, X, x0, rtol=1e-12)[0])

    np.testing.assert_array_equal(srcad.grad(f)(np.ones(3)), np.zeros(3))


def test_an_iteration_that_stopped_early_is_refused():
    def f(b):
        return np.sum(linalg.gmres(A, b, restart=1, maxiter=1, rtol=1e-14)[0])

    with pytest.raises(UnsupportedError, match="gmres has not converged"):
        srcad.grad(f)(X)


def test_a_sparse_argument():
    def f(x, a):
        return np.sum((a @ x) ** 2)

    for a in (A, OLD, COLUMNS):
        np.testing.assert_allclose(srcad.grad(f)(X, a), 2.0 * DENSE.T @ (DENSE @ X))
    with pytest.raises(ArgumentError, match="the argument a of f is a csr_array, which carries no derivative"):
        srcad.grad(f, argnums="a")(X, A)


def test_the_gradient_reads_like_the_function():
    assert "return A.T @ (2 * t)" in srcad.grad(product).source_for(X)


NUMPYS = np.array([[1.0, 2.0], [3.0, 4.0]]).view(np.matrix)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.sum(OLD * x),
        lambda x: np.sum(x * OLD),
        lambda x: np.sum(OLD.T * x),
        lambda x: np.sum((OLD + OLD) * x),
        lambda x: np.sum((2.0 * OLD)[:2] * x),
        lambda x: np.sum(x * OLD.tocsc()),
        lambda x: np.sum(sparse.eye(3) * x),
        lambda x: np.sum(sparse.csr_matrix(DENSE) * x),
        lambda x: np.sum(OLD * np.sum(x)),
        lambda x: np.sum(np.asarray(NUMPYS * x[:2])),
        lambda x: np.sum(np.asarray(NUMPYS @ x[:2])),
    ],
)
@pytest.mark.parametrize("mode", [lambda f, x: srcad.grad(f)(x), lambda f, x: srcad.jvp(f, (x,), (x,))])
def test_operators_of_matrices_are_not_those_of_arrays(f, mode):
    with pytest.raises(UnsupportedError, match=r"operators are not those of arrays|such objects"):
        mode(f, X)


@pytest.mark.parametrize(
    "f",
    [
        lambda a: np.sum(sparse.csr_array(np.outer(a, a)) @ X),
        lambda a: np.sum(linalg.spsolve(sparse.csc_array(np.diag(a)), X)),
        lambda a: np.sum(linalg.splu(sparse.csc_array(np.diag(a))).solve(X)),
    ],
)
def test_a_sparse_array_of_what_carries_a_derivative_is_refused(f):
    with pytest.raises(DifferentiationError):
        srcad.grad(f)(X)
