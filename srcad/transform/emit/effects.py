"""What a step does to memory, which decides what it may be moved across when it is printed inside another one.

`NOTHING`: neither reads nor writes memory that can change.  `READS`: its result depends on memory (any array
arithmetic does).  `WRITES`: it writes memory, has another effect, or is not known not to.  What is not known
is `WRITES`: that costs a line of text, never a wrong program.
"""

from __future__ import annotations

import builtins
import math
import operator
import types
from typing import Any

import numpy as np

from srcad import wengert as w
from srcad.rules import register
from srcad.transform.analyses import effects as analysed
from srcad.transform.emit.forms import AugmentedAttribute

NOTHING, READS, WRITES = 0, 1, 2

IN_PLACE = {
    getattr(operator, name): name
    for name in ("iadd isub imul itruediv ifloordiv imod ipow imatmul iand ior ixor ilshift irshift".split())
}
"""The in-place functions of the operator module that Python has an augmented assignment for."""

# Not among them is what draws its operands from an iterator, which is then another one.
_BUILTINS = frozenset(
    """
    abs ascii bin bool bytes callable chr complex divmod float format frozenset
    hasattr hash hex id int isinstance issubclass len oct ord pow range repr round
    slice str type getattr object
    """.split()
)
_NUMPY_WRITES = frozenset(
    """
    copyto put place putmask fill_diagonal put_along_axis save savez savez_compressed savetxt seterr
    seterrcall setbufsize set_printoptions errstate printoptions at setstate shuffle
    """.split()
)
_METHODS_READ = frozenset(
    """
    all any argmax argmin argsort astype clip conj conjugate copy count cumprod cumsum diagonal dot
    flatten format get index item items join keys lower max mean min ndim nonzero prod ravel repeat
    reshape round shape size split squeeze startswith std strip sum swapaxes take tobytes tolist trace
    transpose upper values var view
    """.split()
)


def in_place(callee: Any) -> bool:
    """Whether a callee is an in-place operator."""
    return isinstance(callee, types.BuiltinFunctionType) and callee in IN_PLACE


def effect(step: w.Step) -> int:
    """The effect of a step, not counting its operands."""
    callee = step.callee
    if isinstance(callee, w.Spread):
        callee = callee.callee
    if any(name == "out" for name, _ in step.keywords):
        return WRITES
    if isinstance(callee, w.MakeFunction):
        return NOTHING
    if not step.operands and callee in (w.make_list, w.make_dict, w.make_set):
        return NOTHING
    if (callee is w.make_tuple or callee is w.identity) and len(step.targets) <= 1:
        return NOTHING
    if str(getattr(callee, "__module__", None)).startswith("srcad.runtime."):
        return READS if analysed.is_pure(step) else WRITES
    return _effect(callee, len(step.operands))


def _effect(callee: Any, operands: int) -> int:
    if isinstance(callee, w.Attribute):
        return READS
    known = register.lookup(callee)
    if known is not None and (known.writes or not known.pure):
        return WRITES
    if isinstance(callee, np.ufunc):
        return READS if operands <= callee.nin else WRITES
    if known is not None and (known.rule or known.constant or known.facts):
        return READS
    if isinstance(callee, w.Method):
        return READS if callee.name in _METHODS_READ else WRITES
    if isinstance(callee, (w.Call, w.Function, w.Recursion, w.SetAttribute, w.Augmented, AugmentedAttribute)):
        return WRITES
    if callee in analysed.MAKERS | {w.make_string, w.identity}:
        return READS
    name = getattr(callee, "__name__", "")
    module = getattr(callee, "__module__", None) or ""
    if module in ("_operator", "operator"):
        return WRITES if in_place(callee) or name in ("setitem", "delitem", "iconcat", "call") else READS
    if getattr(builtins, name, None) is callee:
        return READS if name in _BUILTINS else WRITES
    if module in ("math", "cmath") or getattr(math, name, None) is callee:
        return READS
    if module.partition(".")[0] == "numpy" and "random" not in module:
        return WRITES if name in _NUMPY_WRITES or isinstance(callee, types.MethodType) else READS
    return WRITES
