"""Forward mode through factorisations: what programs make of them, and what equations leave open."""

from __future__ import annotations

import numpy as np
import pytest
from rules.in_programs import along, check_gradient, check_tangent

import srcad
from srcad import DifferentiationError

rng = np.random.default_rng(0)
SQUARE = np.diag([1.0, 2.0, 3.0]) + 0.1 * rng.normal(size=(3, 3))
TALL, RIGHT = rng.normal(size=(4, 2)), rng.normal(size=4)
WIDE = TALL.T.copy()


def eigenvectors(a):
    w, v = np.linalg.eigh(a + a.T)
    return np.sum(w * v[0]) ** 2


def named_parts(a):
    found = np.linalg.eigh(a, "U")
    return np.sum(found.eigenvalues * found.eigenvectors[0] ** 2)


def general_eigenvectors(a):
    w, v = np.linalg.eig(a)
    return np.sum(np.real(w)) + np.sum(np.real(v[0]) ** 2)


def one_part(a):
    return np.linalg.slogdet(a)[1] ** 2 + np.linalg.svd(a)[1][0]


def singular_vectors(a):
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    return np.sum(s**2) + u[0, 0] * u[1, 0] + np.sum(vh[0] * vh[1] ** 2) * s[1]


def factors(a):
    q, r = np.linalg.qr(a)
    return np.sum(q**3) + np.sum(r**2) + np.sum(np.linalg.qr(a, "r") ** 3)


def inverse(a):
    return np.sum(np.linalg.pinv(a) ** 2)


def in_a_loop(a):
    total = 0.0
    for _ in range(2):
        w, v = np.linalg.eigh(a @ a.T)
        if w[0] > 0.0:
            total = total + w[0]
        a = a + np.abs(v) * w
    return total + np.sum(a**2)


OF_MATRICES = [eigenvectors, named_parts, general_eigenvectors, one_part, singular_vectors, factors, inverse, in_a_loop]
PROGRAMS = [(f, (SQUARE,)) for f in OF_MATRICES]
PROGRAMS += [(f, (a,)) for f in (singular_vectors, factors, inverse) for a in (TALL, WIDE)]


@pytest.mark.parametrize(("f", "args"), PROGRAMS)
def test_programs(f, args):
    check_tangent(f, args)
    if f is general_eigenvectors:
        with pytest.raises(DifferentiationError, match="its cotangent is no such view of another"):
            srcad.grad(along(f, args))(*args)
    else:
        check_gradient(along(f, args), args, tolerance=1e-5)


@pytest.mark.parametrize(("f", "args"), [p for p in PROGRAMS if p[0] is not in_a_loop])
def test_tangents_are_differentiated_again(f, args):
    direction = np.cos(np.arange(args[0].size)).reshape(args[0].shape)

    def tangent(a):
        return srcad.jvp(f, (a,), (direction,))[1]

    check_gradient(tangent, args, tolerance=1e-5)
    check_tangent(tangent, args, tolerance=1e-5)


def fitted(a, b):
    x, residuals, _rank, s = np.linalg.lstsq(a, b)
    return np.sum(x**2) + np.sum(residuals) + np.sum(s)


def of_right_side(b):
    x, residuals, _rank, _s = np.linalg.lstsq(TALL, b)
    return np.sum(x**2) + np.sum(residuals)


@pytest.mark.parametrize(
    ("f", "args"), [(fitted, (TALL, RIGHT)), (fitted, (WIDE, RIGHT[:2])), (of_right_side, (RIGHT,))]
)
def test_tangents_of_several_parts_in_several_arguments(f, args):
    check_tangent(f, args)


def beside_the_columns(a):
    u, _s, _vh = np.linalg.svd(a)
    q, _r = np.linalg.qr(a, mode="complete")
    rest, more = u[:, 2:], q[:, 2:]
    return np.sum((rest @ rest.T) ** 3) + np.sum((more @ more.T)[0] ** 2)


def test_vectors_that_complete_a_basis_turn_with_the_others():
    check_tangent(beside_the_columns, (TALL,))


def log_determinant(a):
    return np.linalg.slogdet(a)[1]


def test_the_tangent_of_a_determinant_reads_like_its_formula():
    text = srcad.jvp(log_determinant).source_for((SQUARE,), (SQUARE,))
    assert "relative = np.trace(np.linalg.solve(a, dot_a), axis1=-2, axis2=-1)" in text
    assert "svd" not in srcad.jvp(of_right_side).source_for((RIGHT,), (RIGHT,))
