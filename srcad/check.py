"""Checking a derivative against difference quotients of the function itself.

`check_grads` passes only if, for every argument and every leaf in it, the derivative along random directions, by
reverse mode, by forward mode or by both, is what extrapolated central differences say.  It never passes for want of
evidence: where the quotients do not settle (at a kink, under noise), it says that it could not decide.  It also checks
what holds of every gradient: structure, shape and dtype of its argument, and arguments left as they were.

Differences lose digits: with rounding unit u the best step of an extrapolated quotient is about u^(1/5), and
some u^(4/5) of the function's size is lost.  In float64 that leaves 12 digits, in float32 only 5, and there the
error says so.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcad import api, arrays, trees
from srcad.directional import derivative_along, differentiable
from srcad.errors import CheckError, UnsupportedError
from srcad.vjp import Asked, linearised


def check_grads(
    f: Callable[..., Any],
    args: Sequence[Any],
    order: int = 1,
    modes: Sequence[str] = ("rev",),
    *,
    eps: float | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    directions: int = 2,
    seed: int = 0,
) -> None:
    """Raises CheckError unless the derivative of `f` at `args` agrees with difference quotients.

    Every leaf of `args` that can carry a derivative is checked along `directions` random directions.  `eps` is
    the step relative to the size of the leaf, `rtol` and `atol` are the tolerances on a derivative along a
    direction of length one; their defaults fit the precision of the arguments.

    `modes` are "rev" for reverse mode, whose gradients are multiplied with the directions, and "fwd" for forward mode.
    With `order=2`, the derivative of the gradient is checked as well: of its inner product with a random direction.

    >>> check_grads(lambda x, y: np.sum(np.sin(x) * y["scale"]), (np.arange(3.0), {"scale": 2.0}), order=2)
    """
    if order not in (1, 2):
        raise UnsupportedError(f"check_grads does not check order {order}", "pass order=1 or order=2")
    for mode in modes:
        if mode not in ("rev", "fwd"):
            raise UnsupportedError(f"check_grads knows no mode {mode!r}", 'pass modes=("fwd", "rev")')
    args = tuple(args)
    rng = np.random.default_rng(seed)
    problem = _Problem(f, args, rng)
    problem.check(modes, directions, eps, rtol, atol)
    if order == 2:
        wrt = differentiable(args)
        leaves = [x for i in wrt for x in trees.flatten(args[i])[0] if trees.is_differentiable(x)]
        direction = [_in_form_of(x, problem.direction(x)) for x in leaves]
        along = derivative_along(f, args, wrt, direction, problem.cotangent)
        _Problem(along, args, rng).check(modes, directions, eps, rtol, atol)


@dataclass(frozen=True)
class _Tolerance:
    """Step and tolerances for one precision."""

    dtype: str
    unit: float
    eps: float
    rtol: float
    atol: float

    @staticmethod
    def of(dtype: np.dtype, eps: float | None, rtol: float | None, atol: float | None) -> _Tolerance:
        unit = float(np.finfo(dtype).eps)
        return _Tolerance(
            dtype.name,
            unit,
            unit**0.2 if eps is None else eps,
            unit**0.4 if rtol is None else rtol,
            unit**0.5 if atol is None else atol,
        )

    @property
    def is_coarse(self) -> bool:
        return self.unit > 1e-10


@dataclass(frozen=True)
class _Leaf:
    """One differentiable leaf: which argument and which of its leaves, its path, value, gradient (in reverse mode)."""

    argument: int
    number: int
    path: str
    value: Any
    gradient: Any = None


@dataclass(frozen=True)
class _Finding:
    """One comparison; `severity` is the deviation in units of what is tolerated."""

    leaf: _Leaf
    direction: Any
    number: int
    got: float
    expected: float
    uncertainty: float
    severity: float


class _Problem:
    """A function at its arguments, made scalar by a random cotangent where its result is not."""

    def __init__(self, f: Callable[..., Any], args: tuple, rng: np.random.Generator):
        self.f, self.args, self.rng = f, args, rng
        self.cotangent = self._random_cotangent(f(*_copies(args)))

    def check(
        self, modes: Sequence[str], directions: int, eps: float | None, rtol: float | None, atol: float | None
    ) -> None:
        """Raises CheckError for the direction that deviates most, if one deviates too much."""
        tolerance = _Tolerance.of(self.precision(), eps, rtol, atol)
        worst = None
        for leaf in (leaf for mode in modes for leaf in self.leaves(mode)):
            for number in range(directions):
                finding = self.compare(leaf, self.direction(leaf.value), tolerance, number)
                if worst is None or finding.severity > worst.severity:
                    worst = finding
        if worst is not None and worst.severity > 1:
            raise self.report(worst, tolerance)

    def precision(self) -> np.dtype:
        """The coarsest dtype among arguments and result: it limits the quotients."""
        leaves = [*trees.flatten(self.args)[0], *trees.flatten(self.f(*_copies(self.args)))[0]]
        dtypes = [np.dtype(getattr(x, "dtype", type(x))) for x in leaves if trees.is_differentiable(x)]
        return max(dtypes, key=lambda dtype: np.finfo(dtype).eps)

    def gradients(self) -> tuple:
        """The gradient with respect to every argument that has differentiable leaves, None for others."""
        active = differentiable(self.args)
        if not active:
            raise CheckError("none of the arguments can carry a derivative", "pass floats or arrays of floats")
        given = _copies(self.args)
        if self.cotangent is None:
            found = api.grad(self.f, argnums=active)(*given)
        else:
            found = linearised(self.f, given, {}, Asked(active))[1](self.cotangent)
        if not _same(given, self.args):
            raise CheckError("the derivative modified the arguments of its caller", "report this as a bug of srcad")
        by_argument = dict(zip(active, found, strict=True))
        return tuple(by_argument.get(i) for i in range(len(self.args)))

    def leaves(self, mode: str) -> Iterator[_Leaf]:
        """The leaves to check, in reverse mode with their gradients, which must fit them."""
        if mode == "fwd":
            yield from self.leaves_alone()
            return
        for i, (arg, gradient) in enumerate(zip(self.args, self.gradients(), strict=True)):
            if gradient is None:
                continue
            name = f"args[{i}]"
            trees.check_same(arg, gradient, name)
            rows = zip(trees.flatten(arg)[0], trees.flatten(gradient)[0], trees.paths(arg, name), strict=True)
            for number, (value, d_value, path) in enumerate(rows):
                if trees.is_differentiable(value):
                    _check_form(value, d_value, path)
                    yield _Leaf(i, number, path, value, d_value)

    def leaves_alone(self) -> Iterator[_Leaf]:
        """The leaves to check, without gradients."""
        if not differentiable(self.args):
            raise CheckError("none of the arguments can carry a derivative", "pass floats or arrays of floats")
        for i in differentiable(self.args):
            paths = trees.paths(self.args[i], f"args[{i}]")
            for number, (value, path) in enumerate(zip(trees.flatten(self.args[i])[0], paths, strict=True)):
                if trees.is_differentiable(value):
                    yield _Leaf(i, number, path, value)

    def pushed(self, leaf: _Leaf, direction: Any) -> float:
        """The derivative along a direction of one leaf by forward mode, contracted as the result is."""
        tangents = []
        for i, arg in enumerate(self.args):
            leaves, structure = trees.flatten(arg)
            dots = [_zero_like(x) if trees.is_differentiable(x) else None for x in leaves]
            if i == leaf.argument:
                dots[leaf.number] = _in_form_of(leaf.value, np.asarray(direction))
            tangents.append(trees.unflatten(structure, dots) if i in differentiable(self.args) else None)
        given = _copies(self.args)
        value, dot = api.jvp(self.f, given, tangents)
        if not _same(given, self.args):
            raise CheckError("the derivative modified the arguments of its caller", "report this as a bug of srcad")
        for x, d in zip(trees.flatten(value)[0], trees.flatten(dot)[0], strict=True):
            if trees.is_differentiable(x):
                _check_form(x, d, "the result")
        return self._contract(dot)

    def direction(self, value: Any) -> Any:
        """A random direction of length one, of the type of a leaf."""
        v = self.rng.normal(size=np.shape(_host(value)))
        if np.iscomplexobj(_host(value)):
            v = v + 1j * self.rng.normal(size=v.shape)
        return v / max(float(np.linalg.norm(v)), 1e-300)

    def compare(self, leaf: _Leaf, direction: Any, tolerance: _Tolerance, number: int) -> _Finding:
        """The derivative along a direction against the best extrapolated difference quotient."""
        if leaf.gradient is None:
            got = self.pushed(leaf, direction)
        else:
            got = float(np.sum(_host(leaf.gradient) * direction).real)
        expected, uncertainty = self.quotient(leaf, direction, tolerance)
        severity = np.inf
        if np.isfinite(got) and np.isfinite(expected):
            allowed = tolerance.atol + tolerance.rtol * max(abs(got), abs(expected))
            severity = max(abs(got - expected), uncertainty) / allowed
        return _Finding(leaf, direction, number, got, expected, uncertainty, severity)

    def quotient(self, leaf: _Leaf, direction: Any, tolerance: _Tolerance) -> tuple[float, float]:
        """The derivative along a direction by Richardson's extrapolation, and how far it can be trusted.

        Steps shrink by tens from the best one for a smooth function of size one, for functions that are not.
        """
        size = max(1.0, float(np.max(np.abs(_host(leaf.value)), initial=0.0)))
        best = (np.nan, np.inf)
        for shrink in (1.0, 0.1, 0.01):
            h = tolerance.eps * size * shrink
            wide, narrow, narrowest = (self.central(leaf, direction, h / k) for k in (1, 2, 4))
            coarse, fine = (4 * narrow - wide) / 3, (4 * narrowest - narrow) / 3
            uncertainty = abs(fine - coarse)
            if uncertainty < best[1]:
                best = (fine, uncertainty)
            allowed = tolerance.atol + tolerance.rtol * abs(fine)
            if uncertainty < 0.1 * allowed:
                break
        return best

    def central(self, leaf: _Leaf, direction: Any, h: float) -> float:
        """A central difference quotient of width h."""
        return (self.value_along(leaf, h * direction) - self.value_along(leaf, -h * direction)) / (2 * h)

    def value_along(self, leaf: _Leaf, step: Any) -> float:
        """The contracted result with one leaf moved."""
        leaves, structure = trees.flatten(_copies(self.args[leaf.argument]))
        leaves[leaf.number] = _in_form_of(leaf.value, _host(leaf.value) + step)
        args = list(_copies(self.args))
        args[leaf.argument] = trees.unflatten(structure, leaves)
        return self._contract(self.f(*args))

    def _random_cotangent(self, result: Any) -> Any:
        """None for a scalar result, otherwise a random tree of the result's structure."""
        leaves = trees.flatten(result)[0]
        if leaves and leaves[0] is result and np.size(_host(result)) == 1 and not np.iscomplexobj(_host(result)):
            return None
        structure = trees.flatten(result)[1]
        return trees.unflatten(structure, [self._cotangent_of(leaf) for leaf in leaves])

    def _cotangent_of(self, leaf: Any) -> Any:
        if not trees.is_differentiable(leaf):
            return None
        return _in_form_of(leaf, self.direction(leaf) * max(1, np.size(_host(leaf))) ** 0.5)

    def _contract(self, result: Any) -> float:
        leaves = [_host(leaf) for leaf in trees.flatten(result)[0]]
        if self.cotangent is None:
            return float(np.sum(leaves[0]))
        cotangents = [_host(leaf) for leaf in trees.flatten(self.cotangent)[0]]
        pairs = [(x, ct) for x, ct in zip(leaves, cotangents, strict=True) if trees.is_differentiable(x)]
        return float(sum(np.sum(x.astype(_wide(x)) * ct).real for x, ct in pairs))

    # -------------------------------------------------------------------------------------------- reports

    def report(self, finding: _Finding, tolerance: _Tolerance) -> CheckError:
        """The error for the worst direction, narrowed down to one element where that shows the fault."""
        undecided = finding.uncertainty >= abs(finding.got - finding.expected)
        leaf, name = finding.leaf, getattr(self.f, "__qualname__", repr(self.f))
        what = "tangent" if leaf.gradient is None else "gradient"
        where = f"{leaf.path}, direction {finding.number}"
        if not undecided and np.size(_host(leaf.value)) > 1:
            where, finding = self._narrowed(finding, tolerance, where)
        lines = [
            f"the {what} of {name} cannot be checked: the difference quotients do not settle"
            if undecided
            else f"the {what} of {name} differs from difference quotients",
            f"  at        {where}",
            f"  expected  {finding.expected:.12g} (difference quotients, uncertain by {finding.uncertainty:.1g})",
            f"  got       {finding.got:.12g}",
            f"  allowed   rtol={tolerance.rtol:.1g}, atol={tolerance.atol:.1g}",
        ]
        if tolerance.is_coarse:
            lines.append(f"  {tolerance.dtype} limits this check to about {-np.log10(tolerance.unit) * 0.8:.0f} digits")
        return CheckError("\n".join(lines), self._remedy(undecided, tolerance))

    def _narrowed(self, finding: _Finding, tolerance: _Tolerance, where: str) -> tuple[str, _Finding]:
        """The element that deviates most among the first 64; the whole direction if none deviates alone."""
        leaf, worst, place = finding.leaf, None, where
        for index in list(np.ndindex(np.shape(_host(leaf.value))))[:64]:
            unit = np.zeros_like(finding.direction)
            unit[index] = 1.0
            single = self.compare(leaf, unit, tolerance, finding.number)
            if single.severity > max(1.0, worst.severity if worst else 0.0):
                worst, place = single, f"{leaf.path}[{', '.join([str(i) for i in index])}]"
        return (place, worst) if worst else (where, finding)

    @staticmethod
    def _remedy(undecided: bool, tolerance: _Tolerance) -> str:
        if tolerance.is_coarse:
            return f"check with float64 arguments; {tolerance.dtype} leaves few digits to differences"
        if undecided:
            return "check at a point where the function is smooth, or pass a smaller eps or larger tolerances"
        return "if the function is smooth here, report this as a bug of srcad"


# ---------------------------------------------------------------------------------------------- helpers


def _copies(tree: Any) -> Any:
    """The tree with copies of all arrays that keep their sharing, for functions that write to arguments."""
    return copy.deepcopy(tree)


def _host(leaf: Any) -> Any:
    """A number or array as an array of NumPy."""
    return np.asarray(arrays.to_device(leaf, "numpy"))


def _in_form_of(leaf: Any, value: Any) -> Any:
    """A number or array of NumPy in the type, dtype and array module of a leaf."""
    module = arrays.module_of(leaf)
    return type(leaf)(value) if module is None else module.asarray(value.astype(leaf.dtype))


def _zero_like(leaf: Any) -> Any:
    return _in_form_of(leaf, np.zeros(np.shape(_host(leaf))))


def _wide(x: Any) -> str:
    return "complex128" if x.dtype.kind == "c" else "float64"


def _same(a: Any, b: Any) -> bool:
    """Whether two trees of one structure hold equal numbers and arrays, NaN equal to NaN."""
    pairs = zip(trees.flatten(a)[0], trees.flatten(b)[0], strict=True)
    return all(np.array_equal(_host(x), _host(y), equal_nan=True) for x, y in pairs if trees.is_differentiable(x))


def _check_form(value: Any, d_value: Any, path: str) -> None:
    """Raises CheckError unless a gradient has the shape, dtype and array module of its argument."""
    for what, of in (("shape", _shape_of), ("dtype", _dtype_of), ("array module", arrays.module_of)):
        if of(value) != of(d_value):
            raise CheckError(
                f"the gradient of {path} has another {what}: {of(d_value)} for {of(value)}",
                "report this as a bug of srcad",
            )


def _dtype_of(x: Any) -> str:
    return np.dtype(getattr(x, "dtype", type(x))).name


def _shape_of(x: Any) -> tuple[int, ...]:
    return getattr(x, "shape", ())
