"""Runs Wengert lists directly: the oracle for every stage that makes or rewrites them.

It is written from the definitions in `srcad.wengert` and knows nothing of the code that makes lists.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import pickle
from typing import Any

import numpy as np

from srcad.transform.lower import lower
from srcad.wengert import (
    UNDEFINED,
    Attempt,
    Attribute,
    Augmented,
    Branch,
    Call,
    Const,
    ForLoop,
    Function,
    MakeFunction,
    Method,
    Recursion,
    SetAttribute,
    Spread,
    Step,
    WhileLoop,
    Within,
)


class UndefinedRead(Exception):
    """A step read a value that is not defined on the path taken."""


def run(function: Function, *args: Any, **kwargs: Any) -> Any:
    """What the function returns for the arguments."""
    return call(function, (), args, kwargs)


def call(function: Function, captured: tuple, args: tuple, kwargs: dict) -> Any:
    """Calls a function whose first parameters are captured values."""
    env: dict[str, Any] = {c.name: c.read() for c in function.captures}
    env.update(zip([p.name for p in function.params], captured, strict=False))
    params = []
    for p in function.params[len(captured) :]:
        default = inspect.Parameter.empty if p.default is None else value(p.default, env)
        params.append(inspect.Parameter(p.name, getattr(inspect.Parameter, p.kind), default=default))
    bound = inspect.Signature(params).bind(*args, **kwargs)
    bound.apply_defaults()
    env.update(bound.arguments)
    block(function.body, env)
    return value(function.result, env)


def value(operand: Any, env: dict[str, Any]) -> Any:
    """The value of an operand; raises where Python raises NameError."""
    found = raw(operand, env)
    if found is UNDEFINED.value:
        raise UndefinedRead(operand)
    return found


def raw(operand: Any, env: dict[str, Any]) -> Any:
    """The value of an operand, possibly UNDEFINED: merging it is no reading."""
    return operand.value if isinstance(operand, Const) else env[operand]


def block(nodes: tuple, env: dict[str, Any]) -> None:
    """Runs the nodes."""
    for node in nodes:
        match node:
            case Step():
                step(node, env)
            case Attempt():
                attempt(node, env)
            case Within():
                block(node.then, env)
                env.update({m.target: raw(m.then, env) for m in node.merges})
            case Branch():
                taken = bool(value(node.test, env))
                block(node.then if taken else node.orelse, env)
                env.update({m.target: raw(m.then if taken else m.orelse, env) for m in node.merges})
            case ForLoop():
                start(node, env)
                for item in value(node.iterable, env):
                    env[node.target] = item
                    block(node.body, env)
                    if trip(node, env):
                        break
            case WhileLoop():
                start(node, env)
                while True:
                    block(node.test_steps, env)
                    if not value(node.test, env):
                        break
                    block(node.body, env)
                    if trip(node, env):
                        break


def attempt(node: Attempt, env: dict[str, Any]) -> None:
    """Runs the body, and the handler if the body raises what is caught."""
    try:
        block(node.then, env)
    except value(node.test, env) as error:
        env[node.error] = error
        block(node.orelse, env)
        env.update({m.target: raw(m.orelse, env) for m in node.merges})
    else:
        env.update({m.target: raw(m.then, env) for m in node.merges})


def start(node: Any, env: dict[str, Any]) -> None:
    """Before the first trip."""
    first = [raw(c.init, env) for c in node.carried]
    for c, v in zip(node.carried, first, strict=True):
        env[c.name] = env[c.result] = v


def trip(node: Any, env: dict[str, Any]) -> bool:
    """Between trips.  Whether the loop is left."""
    after = [raw(c.next, env) for c in node.carried]
    leave = node.until is not None and bool(value(node.until, env))
    for c, v in zip(node.carried, after, strict=True):
        env[c.name] = env[c.result] = v
    return leave


def step(node: Step, env: dict[str, Any]) -> None:
    """Runs one step."""
    operands = [value(o, env) for o in node.operands]
    keywords = [(k, value(o, env)) for k, o in node.keywords]
    result = apply(node.callee, operands, keywords)
    if len(node.targets) == 1:
        env[node.target] = result
    elif node.targets:
        items = list(result)
        if len(items) != len(node.targets):
            raise ValueError("wrong number of values to unpack")
        env.update(zip(node.targets, items, strict=True))


def apply(callee: Any, operands: list, keywords: list) -> Any:
    """What a callee gives for operands and keywords."""
    match callee:
        case Method(name):
            return getattr(operands[0], name)(*operands[1:], **dict(keywords))
        case Attribute(name):
            return getattr(operands[0], name)
        case SetAttribute(name):
            return setattr(operands[0], name, operands[1])
        case Augmented(operation):
            owner, index, v = operands
            owner[index] = operation(owner[index], v)
            return None
        case MakeFunction(function, captured):
            assert captured == len(operands)
            return lambda *args, **kwargs: call(function, tuple(operands), args, kwargs)
        case Call():
            return operands[0](*operands[1:], **dict(keywords))
        case Spread(inner, starred):
            spread = [x for i, o in enumerate(operands) for x in (o if i in starred else (o,))]
            named: dict[str, Any] = {}
            for k, v in keywords:
                for key, item in dict(v).items() if k == "**" else ((k, v),):
                    if key in named:
                        raise TypeError(f"multiple values for keyword argument {key!r}")
                    named[key] = item
            return apply(inner, spread, list(named.items()))
        case Recursion():
            return run(callee.finished(), *operands, **dict(keywords))
        case Function():
            return run(callee, *operands, **dict(keywords))
    return callee(*operands, **dict(keywords))


def outcome(function: Any, args: tuple, kwargs: dict) -> tuple:
    """What a call returns or raises, what it leaves of its arguments, and what it prints."""
    args, kwargs = copy.deepcopy((args, kwargs))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            result = ("returned", function(*args, **kwargs))
        except Exception as error:
            kind = NameError if isinstance(error, (UndefinedRead, NameError)) else type(error)
            result = ("raised", kind)
    return result, args, kwargs, printed.getvalue()


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal bit for bit, with equal types and the same sharing."""
    return pickle.dumps(_plain(a)) == pickle.dumps(_plain(b))


def _plain(item: Any) -> Any:
    if isinstance(item, (list, tuple)):
        return [type(item).__name__, *map(_plain, item)]
    if isinstance(item, dict):
        return ["dict", *((_plain(k), _plain(v)) for k, v in item.items())]
    if isinstance(item, np.ndarray):
        return ["array", item.dtype.str, item.shape, item.tobytes()]
    if isinstance(item, (float, complex, np.generic)):
        return [type(item).__name__, repr(item)]
    if isinstance(item, (set, frozenset)):
        return [type(item).__name__, sorted(map(repr, item))]
    if isinstance(item, (int, str, bytes, type(None), type(...), slice)) or callable(item):
        return [type(item).__name__, repr(item)]
    return [type(item).__name__, _plain(vars(item))]


def agrees(function: Any, *args: Any, **kwargs: Any) -> Function:
    """Lowers a function and asserts that its list does what it does.  Returns the list."""
    lowered = lower(function)
    expected = outcome(function, args, kwargs)
    got = outcome(lambda *a, **k: run(lowered, *a, **k), args, kwargs)
    assert same(got, expected), f"{lowered}\n{args} {kwargs}\n{got}\n!=\n{expected}"
    return lowered
