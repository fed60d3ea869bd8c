"""The rules of SciPy's functions, where SciPy is installed; without it, srcad does without them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from rules.in_programs import along, check_gradient, program

import srcad
from srcad.errors import DifferentiationError
from srcad.rules import register, testing
from srcad.wengert import callee_name

special = pytest.importorskip("scipy.special", reason="SciPy is not installed")
linalg = pytest.importorskip("scipy.linalg", reason="SciPy is not installed")
signal = pytest.importorskip("scipy.signal", reason="SciPy is not installed")
ndimage = pytest.importorskip("scipy.ndimage", reason="SciPy is not installed")
fft = pytest.importorskip("scipy.fft", reason="SciPy is not installed")
integrate = pytest.importorskip("scipy.integrate", reason="SciPy is not installed")
stats = pytest.importorskip("scipy.stats", reason="SciPy is not installed")
register.lookup(special.gamma)  # the rules register themselves once one is asked for
PRIMITIVES = [
    entry
    for entry in register.primitives()
    if entry.rule is not None and ".scipy" in getattr(entry.rule.body, "__module__", "")
]


def named(name):
    """The callee of one of the rules."""
    return next(entry.callee for entry in PRIMITIVES if callee_name(entry.callee) == name)


REFUSED = {
    getattr(special, "sph_harm_y", None): "diff_n",
    getattr(special, "sph_harm_y_all", None): "diff_n",
    linalg.lstsq: "scatter was given a value that carries a derivative",
    ndimage.map_coordinates: "cannot be differentiated with respect to its argument coordinates",
    signal.vectorstrength: "scatter was given a value that carries a derivative",
    integrate.odeint: "lives outside the function and is given values that carry a derivative",
    named("trajectory"): "lives outside the function and is given values that carry a derivative",
}
"""Rules whose sample has no second derivative at present, and words of the refusal."""


def test_importing_srcad_does_not_import_scipy():
    code = "import sys, srcad, srcad.rules; assert not any(m.split('.')[0] == 'scipy' for m in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_there_are_rules():
    assert len(PRIMITIVES) > 120


@pytest.mark.parametrize("entry", PRIMITIVES, ids=[callee_name(entry.callee) for entry in PRIMITIVES])
def test_a_rule(entry):
    testing.check_rule(entry.callee)


@pytest.mark.parametrize("entry", PRIMITIVES, ids=[callee_name(entry.callee) for entry in PRIMITIVES])
def test_a_rule_in_programs(entry):
    found = (made for one in entry.samples if (made := program(entry, one)) is not None)
    function, args = next(found, (None, ()))
    if function is None:
        return  # SciPy demands ones among the arguments of all samples, which are whole numbers therefore
    check_gradient(function, args)
    derivative = along(function, args)
    if entry.callee in REFUSED:
        with pytest.raises(DifferentiationError, match=REFUSED[entry.callee]):
            check_gradient(derivative, args)
    else:
        check_gradient(derivative, args, tolerance=2e-5)


def test_a_program_of_several():
    def negative_log_likelihood(p, x):
        return np.sum(special.gammaln(p["a"]) + p["a"] * np.log(p["b"]) - special.xlogy(p["a"] - 1.0, x) + x / p["b"])

    srcad.check_grads(negative_log_likelihood, ({"a": 1.5, "b": 2.0}, np.array([0.5, 1.5, 2.5])))


def test_the_order_of_a_bessel_function_is_refused():
    with pytest.raises(srcad.DifferentiationError, match="with respect to its argument v"):
        srcad.grad(lambda v: special.jv(v, 1.5))(0.5)


# ------------------------------------------------------------------------------------- claims that samples cannot make


def test_what_may_be_overwritten_is_refused():
    def solution(a, b):
        return np.sum(linalg.solve(a, b, overwrite_a=True))

    with pytest.raises(DifferentiationError, match="overwrite_a"):
        srcad.grad(solution)(np.eye(3), np.ones(3))


def test_the_weights_of_a_riccati_equation():
    def cost(q, r):
        a, b = np.array([[0.5, 1.0], [-0.3, 0.2]]), np.array([[0.0], [1.0]])
        continuous = linalg.solve_continuous_are(a, b, q[0] * np.eye(2) + q[1] * np.ones((2, 2)), np.array([[r]]))
        discrete = linalg.solve_discrete_are(a, b, q[0] * np.eye(2) + q[1] * np.ones((2, 2)), np.array([[r]]))
        return np.sum(continuous * np.arange(4.0).reshape(2, 2)) + discrete[0, 0]

    srcad.check_grads(cost, (np.array([1.5, 0.3]), 0.7))


def test_both_matrices_of_a_generalised_eigenvalue_problem():
    middle, low = np.array([[2.0, 0.3, 0.1], [0.3, 1.5, 0.2], [0.1, 0.2, 3.0]]), np.diag([3.0, 1.0, -2.0])

    def spread(a, b):
        w, v = linalg.eigh(a + a.T + low, middle + b @ b.T)
        return w[2] - w[0] + np.sum(v[:, 1] ** 2 * np.arange(3.0)) + linalg.eigvalsh(a + a.T + low, middle + b @ b.T)[1]

    rng = np.random.default_rng(0)
    srcad.check_grads(spread, (rng.normal(size=(3, 3)), 0.3 * rng.normal(size=(3, 3))))


def test_the_vectors_of_stacks_of_matrices():
    def outer(a):
        w, v = linalg.eigh(a + np.swapaxes(a, -1, -2))
        return np.sum(w[:, 0] * v[:, 0, 0] ** 2)

    a = np.random.default_rng(0).normal(size=(2, 3, 3))
    srcad.check_grads(outer, (a,))


def test_factors_are_shared_by_several_solutions():
    def energy(a, b):
        factors = linalg.cho_factor(a @ a.T + 3.0 * np.eye(3), lower=True)
        x = linalg.cho_solve(factors, b)
        return b @ x + np.sum(linalg.cho_solve(factors, x) ** 2) + 2.0 * np.sum(np.log(np.diag(factors[0])))

    rng = np.random.default_rng(0)
    srcad.check_grads(energy, (rng.normal(size=(3, 3)), rng.normal(size=3)))


def test_a_filter_is_the_transpose_of_its_adjoint_on_short_lines():
    for mode in ("reflect", "mirror", "nearest", "wrap", "constant", "grid-mirror", "grid-wrap", "grid-constant"):
        for n in (1, 2, 3, 7):

            def total(x, weights, mode=mode):
                return np.sum(ndimage.correlate1d(x, weights, mode=mode) ** 2)

            x, weights = np.sin(np.arange(n) + 1.0), np.array([0.5, 1.0, -2.0, 0.3, 0.7])
            srcad.check_grads(total, (x, weights))


def test_the_responses_of_sections_that_change():
    def size(c):
        sos = np.array([[c[0], c[1], 0.3, 1.0, c[2], 0.1], [1.0, 0.5, c[3], 1.0, 0.3, 0.2]])
        return np.sum(np.abs(signal.sosfreqz(sos, 7)[1]) ** 2)

    srcad.check_grads(size, (np.array([0.5, 1.2, -0.3, 0.7]),))


# --------------------------------------------------------------------------------------------- initial value problems

TIMES = np.linspace(0.0, 2.0, 4)


def oscillator(y, t, stiffness, push):
    return [y[1], -stiffness * y[0] + push[0] * np.sin(push[1] * t)]


def test_an_initial_value_problem_with_parameters():
    def energy(start, stiffness, push):
        y = integrate.odeint(oscillator, start, TIMES, args=(stiffness, push), rtol=1e-11, atol=1e-11)
        return np.sum(y[1:] ** 2) + y[-1, 0]

    srcad.check_grads(energy, (np.array([1.0, 0.3]), 1.7, np.array([0.5, 2.0])), rtol=1e-5)


def test_the_initial_values_may_be_a_list():
    def last(a):
        y = integrate.odeint(lambda y, t, b: [-b * y[0] + y[1], -y[1] * b**2], [1.0, a], TIMES, (a,), rtol=1e-11)
        return y[-1, 0]

    srcad.check_grads(last, (0.7,), rtol=1e-5)


def test_a_solution_with_known_derivatives():
    def last(rate):
        return integrate.odeint(lambda y, t, r: -r * y, np.array([1.5]), TIMES, (rate,), rtol=1e-12, atol=1e-12)[-1, 0]

    assert np.isclose(srcad.grad(last)(0.8), -2.0 * 1.5 * np.exp(-1.6), rtol=1e-8)


def test_what_the_right_hand_side_captured_is_refused():
    def last(rate):
        return integrate.odeint(lambda y, t: -rate * y, np.array([1.5]), TIMES)[-1, 0]

    with pytest.raises(DifferentiationError, match="with respect to its argument func"):
        srcad.grad(last)(0.8)


def test_the_times_are_refused():
    def last(t):
        return integrate.odeint(lambda y, t: -y, np.array([1.5]), t)[-1, 0]

    with pytest.raises(DifferentiationError, match="with respect to its argument t"):
        srcad.grad(last)(TIMES)


# ------------------------------------------------------------------------------------------------------ distributions


def test_a_likelihood_of_distributions_that_are_named():
    def negative_log_likelihood(p, x):
        normal = -np.sum(stats.norm.logpdf(x, loc=p[0], scale=np.exp(p[1])))
        return normal - np.sum(stats.cauchy(0.0, 1.0).logpdf(1.0)) - stats.laplace.logcdf(p[0], scale=p[2])

    srcad.check_grads(negative_log_likelihood, (np.array([0.1, 0.2, 1.5]), np.array([0.5, 1.5, 2.5])))


def test_a_distribution_that_carries_a_derivative_is_refused():
    with pytest.raises(DifferentiationError, match="norm"):
        srcad.grad(lambda m: stats.norm(m, 1.0).logpdf(0.5))(0.3)


def test_a_distribution_without_a_rule_is_refused():
    with pytest.raises(DifferentiationError, match="the method 'logpdf'"):
        srcad.grad(lambda x: stats.levy.logpdf(x))(0.3)


def test_a_likelihood_of_distributions_with_shapes():
    def negative_log_likelihood(p, x):
        shaped = stats.gamma.logpdf(x, p[0], scale=p[1]) + stats.t.logpdf(x, p[2], loc=p[1])
        counts = stats.poisson.logpmf(np.array([1, 0, 4]), p[1]) + stats.binom.logpmf(2, 5, 0.2 * p[0])
        return -np.sum(shaped) - np.sum(counts) - stats.beta.logpdf(0.3, p[0], p[2])

    srcad.check_grads(negative_log_likelihood, (np.array([1.5, 0.7, 3.5]), np.array([0.5, 1.5, 2.5])))


def test_no_density_has_no_slope():
    def log_density(x):
        return stats.gamma.logpdf(x, 2.5) + stats.beta.pdf(x, 1.5, 2.0) + stats.lognorm.pdf(x, 0.7)

    x = np.array([-0.5, 0.5, 1.5])
    assert np.array_equal(np.isfinite(log_density(x)), [False, True, True])
    slopes = srcad.grad(lambda x: np.sum(np.where(x > 0.0, log_density(x), 0.0)))(x)
    assert slopes[0] == 0.0
    srcad.check_grads(lambda x: np.sum(log_density(x)), (x[1:],))


def test_the_shape_in_a_distribution_function_is_refused():
    with pytest.raises(DifferentiationError, match="with respect to its argument shape"):
        srcad.grad(lambda a: stats.gamma.cdf(0.5, a))(1.5)


def test_a_normal_vector():
    def log_density(a, mean, x):
        return np.sum(stats.multivariate_normal.logpdf(x, mean, a @ a.T + 2.0 * np.eye(3)))

    rng = np.random.default_rng(0)
    srcad.check_grads(log_density, (rng.normal(size=(3, 3)), rng.normal(size=3), rng.normal(size=(4, 3))))


def test_modules_and_methods_that_a_variable_holds():
    def mixed(x):
        xp, density = np, stats.norm.pdf
        return xp.sum(xp.sin(x) * xp.pi * density(x))

    srcad.check_grads(mixed, (np.array([0.3, 1.2]),))


# ------------------------------------------------------------------------------------------- without rules of their own


@pytest.mark.parametrize("name", ["sqeuclidean", "cosine"])
def test_the_distance_of_two_vectors(name):
    distance = getattr(pytest.importorskip("scipy.spatial.distance", reason="SciPy is not installed"), name)

    def between(x, y):
        return distance(x, y)

    srcad.check_grads(between, (np.array([0.5, 1.2, 2.0]), np.array([0.7, 0.3, 1.9])))


def test_the_product_of_a_sparse_matrix():
    sparse = pytest.importorskip("scipy.sparse", reason="SciPy is not installed")
    matrix = sparse.csr_array(np.array([[1.0, 0.0, 2.0], [0.0, -1.0, 0.5]]))

    def size(x):
        return np.sum((matrix @ x) ** 2)

    srcad.check_grads(size, (np.array([0.5, 1.2, 2.0]),))
