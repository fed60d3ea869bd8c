"""What one step does besides giving its result: what it writes, whether it may be left out, whether it reads memory.

Everything here looks at a single step; which names share the memory is the business of `memory`.  What is not
known is assumed to do the worst: an unknown callable writes to all its arguments and must be called.
"""

from __future__ import annotations

import builtins
import functools
import logging
import math
import operator
from collections.abc import Mapping
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from srcad import errors, runtime, wengert
from srcad import runtime as rt
from srcad.checkpoints import Checkpointed
from srcad.facts import (
    ABSENT,
    NOTHING,
    UNKNOWN,
    Array,
    Dict,
    Fact,
    Instance,
    Known,
    List,
    Nested,
    Nothing,
    Number,
    Structure,
    Tuple,
    Unknown,
    is_text,
)
from srcad.rules.primitives import Primitive
from srcad.rules.register import lookup
from srcad.wengert import (
    Attribute,
    Augmented,
    Call,
    Const,
    Function,
    MakeFunction,
    Method,
    Operand,
    Recursion,
    SetAttribute,
    Step,
)

IN_PLACE = {
    getattr(operator, "i" + name.strip("_")): getattr(operator, name)
    for name in [
        "add",
        "sub",
        "mul",
        "truediv",
        "floordiv",
        "mod",
        "pow",
        "matmul",
        "and_",
        "or_",
        "xor",
        "lshift",
        "rshift",
        "concat",
    ]
}
"""The in-place functions of the `operator` module, and what they compute."""

OPERATORS = frozenset(IN_PLACE.values()) | {operator.neg, operator.pos, operator.abs, operator.invert}
COMPARISONS = frozenset(
    getattr(operator, name)
    for name in ["lt", "le", "eq", "ne", "ge", "gt", "is_", "is_not", "not_", "truth", "contains"]
)
ITERATORS = frozenset({zip, enumerate, reversed, iter, map, filter})
COPYING_CONTAINERS = frozenset({list, tuple, set, frozenset, sorted, dict})
MAKERS = frozenset(
    {wengert.make_tuple, wengert.make_list, wengert.make_dict, wengert.make_set}
    | {wengert.make_object, wengert.make_named_tuple}
)
_BUILTINS = frozenset(
    getattr(builtins, name)
    for name in [
        "abs",
        "bool",
        "complex",
        "divmod",
        "float",
        "int",
        "isinstance",
        "len",
        "max",
        "min",
        "pow",
        "range",
        "round",
        "slice",
        "str",
        "sum",
        "type",
    ]
)
DESCRIPTIONS = frozenset({np.shape, np.ndim, np.size, len, isinstance, type})
"""Callees that look at no item of an array, only at what never changes of it (of a list, `len` does change)."""

FRESH = frozenset(
    {np.zeros, np.ones, np.empty, np.full, np.zeros_like, np.ones_like, np.empty_like, np.full_like, np.copy, np.sum}
    | {rt.zeros_like, rt.zeros_at, rt.zero_slots, rt.shadow_of, rt.copied, rt.zero_tangent}
)
"""Functions that return new memory, known here without a rule."""

RETURNING = {
    np.broadcast_to: (0,),
    rt.unbroadcast: (0,),
    rt.project: (0,),
    rt.add: (0, 1),
    rt.slot: (0,),
    rt.take_slot: (0,),
    rt.scatter: (0,),
    rt.pack: (0,),
    rt.folded: (0,),
    rt.own_items: (0,),
    rt.only_values: (0,),
    super: (1,),
}
"""Functions whose result may be, hold or be a view of some of their operands, known here without a rule."""

_PURE = (
    OPERATORS
    | COMPARISONS
    | ITERATORS
    | COPYING_CONTAINERS
    | MAKERS
    | _BUILTINS
    | DESCRIPTIONS
    | FRESH
    | (RETURNING.keys() - {rt.take_slot})
    | {operator.getitem, wengert.make_string, wengert.identity, np.result_type, math.prod, rt.from_end}
    | {np.iscomplexobj, np.isrealobj}
)
WRITING_METHODS = frozenset(
    [
        "append",
        "extend",
        "insert",
        "pop",
        "popitem",
        "remove",
        "clear",
        "sort",
        "reverse",
        "update",
        "setdefault",
        "add",
        "discard",
        "appendleft",
        "popleft",
        "fill",
        "put",
        "partition",
        "resize",
        "setfield",
        "setflags",
        "itemset",
    ]
)
READING_METHODS = frozenset(["get", "items", "keys", "values", "index", "count", "copy"])
"""Methods of lists, tuples and dicts that only read."""

_SHUFFLING = frozenset({"shuffle", "permuted"})
_IMMUTABLE_CLASSES = (
    *(bool, int, float, complex, str, bytes, frozenset, type(None), type(...), type, slice, range),
    *(FunctionType, BuiltinFunctionType, ModuleType, np.generic, np.dtype, np.ufunc),
)
DESCRIBING_ATTRIBUTES = frozenset({"shape", "ndim", "size", "dtype", "itemsize", "nbytes"})
IMMUTABLE_TYPES = (range, slice, str, bytes, type(None), type(...))


def fact_of_operand(operand: Operand, facts: Mapping[str, Fact]) -> Fact:
    """The fact of a name (UNKNOWN if there is none) or of a constant."""
    if isinstance(operand, Const):
        value = operand.value
        if value is _UNSET:
            return ABSENT
        return NOTHING if value is _UNDEFINED else Known(value)
    return facts.get(operand, UNKNOWN)


_UNDEFINED, _UNSET = wengert.UNDEFINED.value, wengert.UNSET.value


def is_immutable(fact: Fact, around: tuple[Structure, ...] = ()) -> bool:
    """Whether values with this fact, found inside the structures `around`, hold no memory that could be written to."""
    match fact:
        case Nested(structure=structure) if isinstance(structure.fact, Tuple):
            inside = (*around, structure)
            return any(s is structure for s in around) or all(is_immutable(f, inside) for f in structure.fact.items)
        case Number() | Nothing():
            return True
        case Known(value=value):
            return is_immutable_object(value)
        case Tuple(items=items):
            return all(is_immutable(item, around) for item in items)
        case Instance(type=kind):
            return kind in IMMUTABLE_TYPES
    return False


def is_immutable_object(value: Any) -> bool:
    """Whether an object holds no memory that anything could write to; of unknown classes that is not assumed."""
    if isinstance(value, tuple):
        return all(map(is_immutable_object, value))
    return (
        isinstance(value, _IMMUTABLE_CLASSES) or type(value).__module__.partition(".")[0] == "numpy" and callable(value)
    )


def is_pure(step: Step, facts: Mapping[str, Fact] | None = None) -> bool:
    """Whether the step may be left out if nobody reads its result, and gives equal results for equal memory.

    Without `facts`, in-place operators count as writing, and methods that arrays have as methods of arrays.

    >>> is_pure(Step(("y",), operator.mul, ("x", "x"))), is_pure(Step((), print, ("x",)))
    (True, False)
    """
    callee = step.callee
    if _is_among(callee, _PURE):  # first, being the most frequent
        return not step.keywords or not _out(step)
    match callee:
        case Attribute():
            return True
        case Method(name=name):
            return name not in WRITING_METHODS and (_is_array_method(step, facts) or _reads_builtin(step, facts))
        case Function() | Recursion():
            return is_pure_function(callee)
    if makes_function(step) or makes_error(step, facts):
        return True
    if _is_among(callee, IN_PLACE):
        return facts is not None and not may_be_written_in_place(fact_of_operand(step.operands[0], facts))
    entry = lookup(callee)
    return entry is not None and _is_pure_primitive(entry) and not _out(step)


def writes_of(step: Step, facts: Mapping[str, Fact]) -> tuple[Operand, ...]:
    """The operands whose memory the step may write to.

    >>> writes_of(Step(("n.1",), operator.iadd, ("n", Const(1))), {})
    ('n',)
    >>> writes_of(Step(("n.1",), operator.iadd, ("n", Const(1))), {"n": Number("int64", True)})
    ()
    """
    callee, operands = step.callee, step.operands
    if isinstance(callee, (SetAttribute, Augmented)) or callee is operator.setitem or callee is operator.delitem:
        return operands[:1]
    if callee is wengert.enter or callee is wengert.leave:
        return tuple(o for o in operands[1:] if not is_immutable(fact_of_operand(o, facts)))
    if is_pure(step, facts):
        return ()
    if isinstance(callee, Method) and callee.name in WRITING_METHODS or _is_among(callee, IN_PLACE):
        return operands[:1]
    out = _out(step)
    if _is_among(callee, _PURE):
        return out
    if isinstance(callee, (Function, Recursion)):
        changed = {i for positions in changed_by(callee) for i in positions}
        return tuple(o for i, o in enumerate(operands) if i in changed)
    if is_python_call(step):
        return out
    if not is_unknown(step, facts):
        entry = lookup(callee)
        return out + _written_arguments(step, entry) if entry is not None else out
    everything = operands + tuple(o for _, o in step.keywords)
    return tuple(o for o in everything if isinstance(o, str) and not is_immutable(fact_of_operand(o, facts)))


def changed_by(callee: Function | Recursion) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The positions of the arguments whose memory a call of a list writes to, and of those that hold such memory."""
    known = callee.function if isinstance(callee, Recursion) and callee.function is not None else callee
    return known.changes, known.changes_held


def is_unknown(step: Step, facts: Mapping[str, Fact] | None = None) -> bool:
    """Whether nothing is known of the callee: it may write to anything it can reach, and keep references."""
    callee = step.callee
    if isinstance(callee, (SetAttribute, Augmented)) or _is_among(callee, _KNOWN_EFFECTS) or is_pure(step, facts):
        return False
    if isinstance(callee, Method):
        return callee.name not in WRITING_METHODS and not draws(step, facts) and not logs(step, facts)
    if _is_among(callee, _PURE) or _is_among(callee, IN_PLACE):
        return False
    if is_python_call(step) or draws(step, facts) or makes_error(step, facts):
        return False
    entry = lookup(callee)
    return entry is None or not (entry.rule is not None or entry.constant or entry.writes)


def draws(step: Step, facts: Mapping[str, Fact] | None) -> bool:
    """Whether the step draws from a random generator: every call counts, but it writes to nothing that is read."""
    owner = getattr(step.callee, "__self__", None)  # np.random.normal is a method of a generator of its own
    if isinstance(owner, np.random.RandomState):
        return step.callee.__name__ not in _SHUFFLING
    if facts is None or not isinstance(step.callee, Method) or step.callee.name in _SHUFFLING or _out(step):
        return False
    match fact_of_operand(step.operands[0], facts):
        case Instance(type=kind):
            return issubclass(kind, (np.random.Generator, np.random.RandomState))
        case Known(value=value):
            return isinstance(value, (np.random.Generator, np.random.RandomState))
    return False


def logs(step: Step, facts: Mapping[str, Fact] | None) -> bool:
    """Whether the step calls a logger: every call counts, but it writes to nothing that is read."""
    match fact_of_operand(step.operands[0], facts or {}):
        case Instance(type=kind):
            return issubclass(kind, (logging.Logger, logging.LoggerAdapter))
    return False


def is_noticed(step: Step, facts: Mapping[str, Fact]) -> bool:
    """Whether it would be noticed outside of the program if a step ran twice, as random numbers and text do."""
    if is_pure(step, facts):
        return False
    entry = lookup(step.callee)
    draws_or_logs = draws(step, facts) or isinstance(step.callee, Method) and logs(step, facts)
    return draws_or_logs or entry is not None and not entry.pure and not entry.writes or is_unknown(step, facts)


def is_python_call(step: Step) -> bool:
    """Whether the step calls a value of the program, or a Python function by name.

    It may return what it was given.  That it writes to none of it is not assumed but checked: by its pullback when
    it is differentiated, and otherwise by refusing to read its arguments' earlier contents in the reverse sweep.
    """
    callee = step.callee
    if isinstance(callee, (Function, Recursion, Checkpointed)) or getattr(type(callee), "__srcad_callee__", False):
        return True  # what a list of its own writes to, it says
    if makes_function(step):
        return False
    if isinstance(callee, FunctionType) and callee.__module__.startswith((wengert.__name__, runtime.__name__)):
        return False
    if isinstance(callee, Call):
        return not callee.opaque
    return isinstance(callee, (FunctionType, MethodType)) and lookup(callee) is None


def makes_function(step: Step) -> bool:
    """Whether the step makes a function: a nested one, a partial, or the derivative of another."""
    callee = step.callee
    if isinstance(callee, MakeFunction) or callee is functools.partial or makes_pushforward(step):
        return True
    if callee is rt.Pushed or callee is rt.Pulled:
        return True
    return hasattr(callee, "__srcad_options__") or hasattr(callee, "__srcad_checkpoints__")


def makes_error(step: Step, facts: Mapping[str, Fact] | None = None) -> bool:
    """Whether the step makes an error, of texts, or one of Python's own, of values that hold no memory."""
    if not isinstance(step.callee, type) or not issubclass(step.callee, BaseException):
        return False
    given = [fact_of_operand(o, facts or {}) for o in wengert.own_operands(step)]
    if step.callee.__module__ == "builtins" and not step.keywords:
        return all(map(is_immutable, given))
    own = [kind for kind in step.callee.__mro__ if isinstance(vars(kind).get("__init__"), FunctionType)]
    if any(kind.__module__ != errors.__name__ for kind in own):
        return False  # written by a user: it may do anything
    return all(map(is_text, given))


def makes_pushforward(step: Step) -> bool:
    """Whether the step is `jvp(f)`, a function of primals and tangents."""
    return getattr(step.callee, "__srcad_pushes__", None) == "jvp" and len(step.operands) == 1 and not step.keywords


def reads_memory(step: Step, facts: Mapping[str, Fact]) -> bool:
    """Whether the result depends on what stands in mutable memory when the step runs.

    >>> reads_memory(Step(("s",), np.sum, ("x",)), {}), reads_memory(Step(("s",), np.shape, ("x",)), {})
    (True, False)
    """
    callee = step.callee
    if callee is wengert.identity and len(step.targets) == 1 or _is_among(callee, MAKERS):
        return False
    if isinstance(callee, Attribute) and callee.name in DESCRIBING_ATTRIBUTES:
        return False
    if _is_among(callee, DESCRIPTIONS - {len}):
        return False
    if callee is len and isinstance(fact_of_operand(step.operands[0], facts), (Array, Tuple)):
        return False
    return any(isinstance(o, str) and not is_immutable(facts.get(o, UNKNOWN)) for o in wengert.own_operands(step))


def may_be_written_in_place(fact: Fact) -> bool:
    """Whether `x += y` may write to the memory of an x with this fact, rather than make a new object."""
    return not (is_immutable(fact) or isinstance(fact, Tuple))


def is_pure_function(callee: Function | Recursion) -> bool:
    """Whether all steps of a Wengert list, and of those it calls, are pure."""
    first = callee.function if isinstance(callee, Recursion) else callee
    called = [] if first is None else wengert.callees(first)
    lists = {first, *(c.function if isinstance(c, Recursion) else c for c in called)}
    if None in lists:
        return False  # what it does is not known yet
    own = (node for function in lists for node in wengert.walk(function.body) if isinstance(node, Step))
    return all(isinstance(node.callee, (Function, Recursion)) or is_pure(node) for node in own)


_KNOWN_EFFECTS = frozenset({operator.setitem, operator.delitem, print, rt.check_unshared, rt.attribute}) | {
    wengert.check,
    wengert.raise_error,
    wengert.enter,
    wengert.leave,
}


def hashable(callee: Any) -> Any:
    """The callee, or None if it is an object that cannot be looked up in a set."""
    try:
        hash(callee)
    except TypeError:
        return None
    return callee


def _is_among(callee: Any, callees: Any) -> bool:
    try:
        return callee in callees
    except TypeError:  # an unhashable callable object
        return False


def _is_array_method(step: Step, facts: Mapping[str, Fact] | None) -> bool:
    """Whether the step calls a registered method of an array, and not a namesake of some other object."""
    entry = lookup(step.callee)
    if entry is None or not _is_pure_primitive(entry) or _out(step):
        return False
    if facts is None or step.site is not None and step.site.adjoint:
        return True
    fact = fact_of_operand(step.operands[0], facts)
    return not isinstance(fact, (Unknown, Instance, List, Dict, Tuple))


def _reads_builtin(step: Step, facts: Mapping[str, Fact] | None) -> bool:
    """Whether the step calls a method of a list, tuple, dict or string that only reads it."""
    match fact_of_operand(step.operands[0], facts or {}):
        case List() | Dict() | Tuple():
            return step.callee.name in READING_METHODS
        case Known(value=value):
            return isinstance(value, str)
        case Instance(type=kind):
            return kind is str
    return False


def _is_pure_primitive(entry: Primitive) -> bool:
    return entry.pure and not entry.writes and (entry.rule is not None or entry.constant)


def _out(step: Step) -> tuple[Operand, ...]:
    return tuple(o for k, o in step.keywords if k == "out" and o != Const(None))


def _written_arguments(step: Step, entry: Primitive) -> tuple[Operand, ...]:
    if not entry.writes:
        return ()
    return arguments(step, entry, entry.writes)


def shared(step: Step, entry: Primitive) -> tuple[Operand, ...]:
    """The operands with which the result of a primitive may share memory."""
    parameters = entry.parameters
    if entry.shares_alone and parameters is not None and len(step.operands) > len(parameters.by_position) + 1:
        return ()
    return arguments(step, entry, entry.shares) if entry.shares else ()


def arguments(step: Step, entry: Primitive, names: tuple[str, ...]) -> tuple[Operand, ...]:
    """The operands that a step gives for some parameters of a primitive; all of them if that is not known."""
    everything = step.operands + tuple(o for _, o in step.keywords)
    parameters = entry.parameters
    if parameters is None or parameters.starred in names:
        return everything
    given = dict(zip(parameters.names, step.operands, strict=False)) | dict(step.keywords)
    if any(name not in parameters.names for name in names):
        return everything
    return tuple(given[name] for name in names if name in given)
