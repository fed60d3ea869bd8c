"""Forward mode over reverse mode of a sample of the programs: the tangent of the gradient, or a refusal.

The expected product with the Hessian comes from difference quotients of the gradient.
"""

import copy

import numpy as np
import pytest
from programs.checking import TOLERANCE, close, difference_quotient, directions, inner, is_differentiable
from programs.every import cases
from programs.forward import tangents

from srcad import DifferentiationError, grad, jvp
from srcad.directional import derivative_along

REFUSED = {
    "lives outside the function": (
        "collections-",
        "dicts-",
        "generators-array_of_a_list",
        "inner_jacobians-a_gradient_of_a_trace",
        "kept_functions-",
        "mutation-store_into_arrays_of_a_tuple",
        "object_protocols-",
        "objects-",
        "recursion_in_memory-",
        "unassigned-",
    ),
    "resolved at run time": (
        "found-nested_list",
        "functions-",
        "hidden_writes-",
        "iterators-iterators_given_to_helpers",
        "match-in_a_helper",
        "objects-",
        "recursion-",
        "recursion_in_memory-",
    ),
    "no such view of another": ("complex_parts-", "views-"),
    "may share memory": ("recursion_in_memory-",),
    "neither Python source nor a rule": ("recursion_in_memory-",),
    "own_items": ("iterators-dicts_",),
    "in this `try`, which may raise an error": ("managers-",),
    "a number or an array": (
        "call_forms-",
        "collections-",
        "forward_adversaries-",
        "generators-",
        "kept_functions-",
        "lists-",
        "mutation-",
        "objects-",
        "sharing-",
    ),
}
"""What refusals say at present, and the programs of which they say it."""

EVERY = 6


def sample():
    """Every sixth case."""
    return [pytest.param(*case.values[:2], id=case.id) for case in list(cases({}))[::EVERY]]


@pytest.mark.parametrize(("function", "args"), sample())
def test_program(function, args, request):
    name = request.node.callspec.id
    reasons = [words for words, names in REFUSED.items() if name.startswith(names)]
    wrt = tuple(i for i, arg in enumerate(args) if is_differentiable(arg))
    random = np.random.default_rng(2)
    left, right = ([directions(args[i], random) for i in wrt] for _ in range(2))
    gradient = grad(function, argnums=wrt)
    given = copy.deepcopy(args)
    try:
        value, dot = jvp(gradient, given, tangents(args, wrt, right))
    except DifferentiationError as error:
        if not any(words in str(error) for words in reasons):
            raise
        return
    assert close(value, gradient(*copy.deepcopy(args)))
    along = derivative_along(function, args, wrt, [d for part in left for d in part if d is not None])
    have = sum(inner(part, direction) for part, direction in zip(dot, left, strict=True))
    want, scale = difference_quotient(along, args, wrt, right)
    assert abs(have - want) <= TOLERANCE * max(1.0, abs(want), scale), f"{have} forward over reverse, {want} expected"
