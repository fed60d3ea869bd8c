"""Jacobians: a sweep for each element of the result (reverse) or of the arguments (forward).

Guarantee: a Jacobian has, for every leaf of the result, the structure of the differentiated argument (a tuple of them
for several).  In it, the place of each leaf is taken by an array of the shape of the result's leaf followed by its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srcad.arguments import asked_for, is_single
from srcad.bases import Basis
from srcad.errors import MissingRuleError, ResultError, UnsupportedError
from srcad.forms import Form, Leaf
from srcad.sweeps import Pushed, pushed
from srcad.sweeps import program_for as tangent_program_for
from srcad.transformed import Transformed
from srcad.vjp import Asked, linearised, program_for


class Jacobian(Transformed):
    """The Jacobian of a function by reverse mode.  Made by `srcad.jacrev` and `srcad.jacobian`.

    `source_for(*args)` is the text of both sweeps for arguments like these.
    """

    __srcad_callee__ = True
    _is_gradient = False
    """Whether the function is a gradient, in which None stands for what carries no derivative."""

    @property
    def asked_by(self) -> str:
        """The function of srcad that asks for this."""
        return "jacobian"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The Jacobian at these arguments, which are those of the primal."""
        out, pull = linearised(self.primal, args, kwargs, self._asked)
        self._check(pull.result)
        basis = Basis(pull.result)
        table = basis.table(pull.pull_batch if pull.has_batch else pull.pull, is_batch=pull.has_batch)
        leaves = pull.result.leaves
        found = self._together(pull.result, table.image, lambda k, m: table.block(m, *basis.ranges[k], leaves[k]))
        return (found, out[1]) if self.options.has_aux else found

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The programs of both sweeps for arguments like these, which are not used otherwise."""
        derived = program_for(self.primal, args, kwargs, self._asked).derived
        return f"{derived.forward.source}\n\n{(derived.batch or derived.backward).source}"

    @property
    def _asked(self) -> Asked:
        options = self.options
        return Asked(tuple(asked_for(options.argnums)), options.has_aux, options.holomorphic, in_batches=True)

    def _together(self, result: Form, given: Form, block: Callable[[int, int], Any]) -> Any:
        """The structure of the blocks for each leaf of the result and each differentiated one, given by number."""
        rows = []
        for k, leaf in enumerate(result.leaves):
            blocks = [_like_both(block(k, m), leaf, d) for m, d in enumerate(given.leaves)]
            row = given.together(blocks)
            row = row[0] if is_single(self.options.argnums) else row
            rows.append(None if leaf.dtype is None else row)
        return result.together(rows)

    def _check(self, result: Form) -> None:
        """Raises ResultError if a leaf of the result has no Jacobian of the kind that is asked for."""
        for leaf in result.leaves:
            self._check_leaf(leaf)

    def _check_leaf(self, leaf: Leaf) -> None:
        name = self.__qualname__
        what = "nothing that carries a derivative" if leaf.dtype is None else f"a result of dtype {leaf.dtype}"
        reason = f"the Jacobian of {name} cannot be had: {leaf.path.partition(' of ')[2]} is {what}"
        if leaf.dtype is None and self._is_gradient and leaf.kind is type(None):
            return  # that of what carries no derivative
        if leaf.dtype is None:
            raise ResultError(reason, "return floats and arrays of floats; with has_aux=True a pair (value, aux)")
        if self.options.holomorphic and leaf.dtype.kind != "c":
            raise ResultError(f"{reason}, and holomorphic=True asks for complex ones", "leave holomorphic=True out")
        if leaf.dtype.kind == "c" and not self.options.holomorphic:
            raise ResultError(reason, "return real and imaginary part, or pass holomorphic=True")


class ForwardJacobian(Jacobian):
    """The Jacobian of a function by forward mode.  Made by `srcad.jacfwd`.

    `source_for(*args)` is the program of value and tangent for arguments like these.
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The Jacobian at these arguments, which are those of the primal."""
        push = pushed(self.primal, args, kwargs, self._asked)
        given = Form(push.differentiated, "the arguments")
        basis = Basis(given)
        columns = _Columns(push, self._asked.has_aux, self._check)
        batch = push.compiled.is_batch
        tables = [basis.table(columns, is_batch=batch)]
        if not self.options.holomorphic and any(map(_is_complex, given.leaves)):
            tables.append(basis.table(columns, 1j, is_batch=batch))
        result = columns.result

        def block(k: int, m: int) -> Any:
            d = given.leaves[m]
            parts = [table.block(k, *basis.ranges[m], d) for table in tables[: 2 if _is_complex(d) else 1]]
            found = parts[0] if len(parts) == 1 else parts[0] - 1j * parts[1]
            return None if found is None else _turned(found, len(d.shape))

        found = self._together(result, given, block)
        return (found, columns.aux) if self.options.has_aux else found

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The program for arguments like these, which are not used otherwise."""
        source: str = tangent_program_for(self.primal, args, kwargs, self._asked).derived.program.source
        return source


class Hessian(ForwardJacobian):
    """The Jacobian of a gradient, by forward mode over reverse mode.  Made by `srcad.hessian`.

    Where forward mode refuses the gradient, reverse mode over reverse mode gives it.
    """

    _is_gradient = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The Hessian at these arguments, which are those of the primal."""
        try:
            return super().__call__(*args, **kwargs)
        except (UnsupportedError, MissingRuleError):
            return _ReverseHessian(self.primal, self.options)(*args, **kwargs)

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The program, or the programs of both sweeps, for arguments like these, which are not used otherwise."""
        try:
            return super().source_for(*args, **kwargs)
        except (UnsupportedError, MissingRuleError):
            return _ReverseHessian(self.primal, self.options).source_for(*args, **kwargs)


class _ReverseHessian(Jacobian):
    """The Jacobian of a gradient by reverse mode."""

    _is_gradient = True


class _Columns:
    """The derivatives along one direction after the other; the form of the result is checked when it is there first."""

    def __init__(self, push: Pushed, has_aux: bool, check: Callable[[Form], None]):
        self._push, self._has_aux, self._check = push, has_aux, check
        self._result: Form | None = None
        self.aux: Any = None

    def __call__(self, dots: tuple[Any, ...]) -> Any:
        """The tangent of the result."""
        out, dot = self._push(dots)
        if self._result is None:
            value, self.aux = out if self._has_aux else (out, None)
            self._result = Form(value, f"the result of {self._push.name}")
            self._check(self._result)
        return dot

    @property
    def result(self) -> Form:
        """The form of the result, once there is one."""
        if self._result is None:
            raise ValueError("nothing has been computed yet")
        return self._result


def _turned(block: Any, count: int) -> Any:
    """The array with its first axes last."""
    return block.transpose((*range(count, block.ndim), *range(count))).copy()


def _like_both(block: Any, leaf: Leaf, d: Leaf) -> Any:
    """A block of a Jacobian: a number if it is the derivative of a number with respect to a number."""
    return block if block is None or leaf.module or d.module else block.item()


def _is_complex(leaf: Leaf) -> bool:
    return leaf.dtype is not None and leaf.dtype.kind == "c"
