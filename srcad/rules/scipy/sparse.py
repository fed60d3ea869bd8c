"""`scipy.sparse`: equations with a sparse matrix that carries no derivative, and conversions of what is sparse.

Products need no rules of their own: a sparse array is an array to `@`, and `A.T @ d` is sparse again.  The derivative
of a solution is the solution of the transposed equation, by the same method: of an iterative one, which is not
followed, by the implicit function theorem, to the same tolerance.  It has a derivative only where it has converged, and
then does not depend on where it began.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

from srcad.errors import UnsupportedError
from srcad.facts import INT, UNKNOWN, Array, Instance, Tuple
from srcad.rules.axes import as_array
from srcad.rules.linear_algebra import definite, regular
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, linear, undifferentiated
from srcad.rules.samples import array
from srcad.wengert import Method

BANDS = sparse.csc_array(np.array([[4.0, 1.0, 0.0], [0.5, 3.0, 0.0], [0.0, -1.0, 5.0]]))
PLANE = (1.0 + 0.5j) * BANDS

# ---------------------------------------------------------------------------------------------------- factorisations


@linear(
    linalg.spsolve,
    "b",
    samples=[
        sample(BANDS, array(3)),
        sample(BANDS, array(3, 2)),
        sample(BANDS, array(3, 1)),
        sample(PLANE, array(3, dtype="complex128")),
        sample(BANDS, array(3), "NATURAL"),
    ],
)
def _(d_out, A, b, permc_spec=None, use_umfpack=True):  # noqa: N803 (SciPy's own names)
    return np.reshape(linalg.spsolve(A.T, d_out, permc_spec, use_umfpack), np.shape(b))


@facts(linalg.spsolve, partly=True)
def _(b):
    return Array(None, as_array(b).shape if as_array(b).ndim == 1 else None)


class Factored:
    """The factors of a matrix as an object that can be copied, as those of SciPy cannot: samples are copied."""

    def __init__(self, matrix):
        self.matrix = matrix

    def solve(self, b, trans):
        """The solution of the equation, of the transposed one, or of the one with the adjoint matrix."""
        return linalg.splu(self.matrix).solve(b, trans)


def solution(factors, b, trans="N"):
    """What `factors.solve(b, trans)` returns, for the factors of `scipy.sparse.linalg.splu` or `spilu`."""
    return factors.solve(b, trans)


@linear(
    solution,
    "b",
    samples=[
        sample(Factored(BANDS), array(3)),
        sample(Factored(BANDS), array(3, 2), "T"),
        *(sample(Factored(PLANE), array(3, dtype="complex128"), one) for one in ("N", "T", "H")),
    ],
)
def _(d_out, factors, b, trans="N"):
    if trans == "H":
        return np.conj(solution(factors, np.conj(d_out)))
    return solution(factors, d_out, "T" if trans == "N" else "N")


@facts(solution)
def _(factors, b, trans="N"):
    return Array(None, as_array(b).shape)


undifferentiated(linalg.splu, [sample(BANDS)])
undifferentiated(linalg.spilu, [sample(BANDS)])


@facts(linalg.splu, linalg.spilu)
def _(A, *more, **options):  # noqa: N803
    return Instance(linalg.SuperLU)


# -------------------------------------------------------------------------------------------------- iterative methods


def refuse_unfinished(info, what):
    """Raises UnsupportedError where an iterative method did not converge."""
    if info != 0:
        raise UnsupportedError(
            f"scipy.sparse.linalg.{what} has not converged, and what it stopped at has no derivative",
            "allow more iterations (maxiter=), or precondition the equation (M=)",
        )


constant(refuse_unfinished, pure=False)


def transpose_of(preconditioner):
    """The preconditioner of the transposed equation."""
    return None if preconditioner is None else preconditioner.T


def of_matrix(d_b, out, b):
    """The cotangents of a matrix and of the right side of an equation, from that of the right side as a vector."""
    return -np.outer(d_b, out[0]), np.reshape(d_b, np.shape(b))


EQUATIONS = [
    sample(definite(3, 3), array(3), rtol=1e-14),
    sample(sparse.csr_array(definite(3, 3)), array(3), rtol=1e-14, M=sparse.eye_array(3)),
]
GENERAL = [sample(regular(3, 3), array(3), rtol=1e-14), sample(BANDS, array(3, 1), array(3, seed=1), rtol=1e-14)]


def _register_iterative(method, samples):
    """Methods that differ in how they search only."""

    @adjoint(method, "A", "b", describes=("x0",), refuses=("callback",), samples=samples)
    def _(d_out, out, A, b, x0=None, *, rtol=1e-5, atol=0.0, maxiter=None, M=None, callback=None):  # noqa: N803
        refuse_unfinished(out[1], method.__name__)
        d = np.reshape(d_out[0], -1)
        d_b, info = method(A.T, d, rtol=rtol, atol=atol, maxiter=maxiter, M=transpose_of(M))
        refuse_unfinished(info, method.__name__)
        return of_matrix(d_b, out, b)

    @facts(method, partly=True)
    def _(b):
        return pair_of(b)


def pair_of(b):
    """The fact of a solution and of how the search for it ended."""
    known = as_array(b)
    return Tuple((Array(None, known.shape if known.ndim == 1 else None), INT))


_register_iterative(linalg.cg, EQUATIONS)
_register_iterative(linalg.bicg, [*EQUATIONS, *GENERAL])
_register_iterative(linalg.bicgstab, [*EQUATIONS, *GENERAL])
_register_iterative(linalg.cgs, EQUATIONS)


@adjoint(
    linalg.gmres,
    "A",
    "b",
    describes=("x0",),
    refuses=("callback", "callback_type"),
    samples=[*EQUATIONS, *GENERAL, sample(regular(3, 3), array(3), rtol=1e-14, restart=2, maxiter=200)],
)
def _(
    d_out,
    out,
    A,  # noqa: N803
    b,
    x0=None,
    *,
    rtol=1e-5,
    atol=0.0,
    restart=None,
    maxiter=None,
    M=None,  # noqa: N803
    callback=None,
    callback_type=None,
):
    refuse_unfinished(out[1], "gmres")
    d = np.reshape(d_out[0], -1)
    d_b, info = linalg.gmres(A.T, d, rtol=rtol, atol=atol, restart=restart, maxiter=maxiter, M=transpose_of(M))
    refuse_unfinished(info, "gmres")
    return of_matrix(d_b, out, b)


@facts(linalg.gmres, partly=True)
def _(b):
    return pair_of(b)


@linear(
    linalg.expm_multiply,
    "B",
    refuses=("start", "stop", "num", "endpoint"),
    samples=[sample(BANDS, array(3)), sample(0.1 * PLANE, array(3, 2, dtype="complex128"))],
)
def _(d_out, A, B, start=None, stop=None, num=None, endpoint=None, traceA=None):  # noqa: N803
    return linalg.expm_multiply(A.T, d_out, traceA=traceA)


@facts(linalg.expm_multiply, partly=True)
def _(B):  # noqa: N803
    return Array(None, as_array(B).shape)


# -------------------------------------------------------------------------------------------------------- conversions


def _register_conversion(name):
    """A method that gives the same numbers in another arrangement."""
    arguments = [sample(one) for one in (BANDS, sparse.coo_array(BANDS))]

    @linear(Method(name), "a", shares="a", samples=arguments)
    def _(d_out, a, copy=False):
        return d_out

    @facts(Method(name))
    def _(a, copy=False):
        return UNKNOWN


for _name in ("tocsr", "tocsc", "tocoo", "todia", "tobsr", "tolil"):
    _register_conversion(_name)


@linear(Method("toarray"), "a", refuses=("out_",), samples=[sample(BANDS)])
def _(d_out, a, order=None, out_=None):
    return d_out


@facts(Method("toarray"))
def _(a, order=None, out=None):
    return as_array(a)


# ----------------------------------------------------------------------------------------- what makes sparse matrices


def _register_class(kind):
    """A class of sparse arrays or matrices, made of what carries no derivative."""

    @linear(kind, samples=[sample(np.eye(3)), sample(BANDS)])
    def _(d_out, arg1, shape=None, dtype=None, copy=False):
        return ()


def _register_matrix(kind):
    """A class of matrices, whose `*` is a product: known for what they are, they are told from arrays."""
    _register_class(kind)

    @facts(kind, partly=True)
    def _(arg1):
        return Instance(kind)


for _kind in (sparse.csr_array, sparse.csc_array, sparse.coo_array, sparse.dia_array, sparse.bsr_array):
    _register_class(_kind)
for _kind in (sparse.csr_matrix, sparse.csc_matrix, sparse.coo_matrix, sparse.dia_matrix, sparse.bsr_matrix):
    _register_matrix(_kind)

undifferentiated(sparse.eye, [sample(3)])
undifferentiated(sparse.identity, [sample(3)])
undifferentiated(sparse.diags, [sample([1.0, 2.0, 3.0]), sample([[1.0, 2.0], [3.0, 4.0, 5.0]], [1, 0])])
undifferentiated(sparse.eye_array, [sample(3)])
undifferentiated(sparse.diags_array, [sample([1.0, 2.0, 3.0])])


@facts(sparse.eye, sparse.identity, sparse.diags)
def _(*shape, **options):
    return Instance(sparse.dia_matrix)  # or of another arrangement
