"""Calls that are resolved at run time spelt out, as calls of functions that have derivatives of their own."""

from __future__ import annotations

import operator

from srcad import runtime as rt
from srcad.facts import Known, Tuple
from srcad.transform.spelling.steps import Spelling, Spelt, slots_of
from srcad.wengert import CALL, Const, make_named_tuple, make_tuple


def _pushforward(s: Spelling) -> Spelt:
    """The call of a function of arguments and tangents, which has derivatives of its own."""
    callee, args, dots = s.step.operands[:3]
    given, asked = slots_of(s.facts[1]), slots_of(s.facts[2])
    if given is None or asked is None or any(o != Const(None) for o in s.step.operands[3:]):
        return None
    passed = tuple(fact != Known(None) for _, fact in asked)
    operands = [s.call(operator.getitem, args, Const(i)) for i, _ in given]
    operands += [s.call(operator.getitem, dots, Const(i)) for i, is_passed in enumerate(passed) if is_passed]
    return s.giving(s.call(CALL, s.call(rt.Pushed, callee, Const(passed)), *operands))


def _pullback(s: Spelling) -> Spelt:
    """The plain call, and what a pullback needs to compute it once more."""
    callee, *args = s.step.operands
    out = s.call(CALL, callee, *args)
    pull = s.call(make_named_tuple, Const(rt.Pull), callee, s.call(make_tuple, *args))
    return s.giving(s.call(make_tuple, out, pull))


def _pull(s: Spelling) -> Spelt:
    """The call of a pullback as that of a function of arguments and the cotangent."""
    pull, d = s.step.operands
    made = s.facts[0]
    if not isinstance(made, Tuple) or made.type is not rt.Pull or made.absent:
        return None
    args = s.call(operator.getitem, pull, Const(1))
    operands = [s.call(operator.getitem, args, Const(i)) for i, _ in slots_of(made.items[1]) or ()]
    callee = made.items[0]
    known = Const(callee.value) if isinstance(callee, Known) else s.call(operator.getitem, pull, Const(0))
    return s.giving(s.call(CALL, s.call(rt.Pulled, known), *operands, d))


SPELLINGS = {rt.pushforward: _pushforward, rt.pullback: _pullback, rt.Pull.__call__: _pull}
