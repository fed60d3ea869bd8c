"""Folded operands as expression trees.

Guarantee.  Evaluating the tree runs the folded steps in the order `folding.reading_order` states.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import gast

from srcad import runtime as rt
from srcad import wengert as w
from srcad.objects import Field, fields_of, generated_init
from srcad.transform.emit import constants
from srcad.transform.emit.constants import call, dotted, literal, name
from srcad.transform.emit.forms import Comprehension
from srcad.transform.emit.references import References

_BINARY = {
    operator.add: gast.Add,
    operator.sub: gast.Sub,
    operator.mul: gast.Mult,
    operator.truediv: gast.Div,
    operator.floordiv: gast.FloorDiv,
    operator.mod: gast.Mod,
    operator.pow: gast.Pow,
    operator.matmul: gast.MatMult,
    operator.and_: gast.BitAnd,
    operator.or_: gast.BitOr,
    operator.xor: gast.BitXor,
    operator.lshift: gast.LShift,
    operator.rshift: gast.RShift,
}
_UNARY = {operator.neg: gast.USub, operator.pos: gast.UAdd, operator.invert: gast.Invert, operator.not_: gast.Not}
_COMPARE = {
    operator.lt: gast.Lt,
    operator.le: gast.LtE,
    operator.gt: gast.Gt,
    operator.ge: gast.GtE,
    operator.eq: gast.Eq,
    operator.ne: gast.NotEq,
    operator.is_: gast.Is,
    operator.is_not: gast.IsNot,
}
IN_PLACE = {
    operator.iadd: gast.Add,
    operator.isub: gast.Sub,
    operator.imul: gast.Mult,
    operator.itruediv: gast.Div,
    operator.ifloordiv: gast.FloorDiv,
    operator.imod: gast.Mod,
    operator.ipow: gast.Pow,
    operator.imatmul: gast.MatMult,
    operator.iand: gast.BitAnd,
    operator.ior: gast.BitOr,
    operator.ixor: gast.BitXor,
    operator.ilshift: gast.LShift,
    operator.irshift: gast.RShift,
}


class Expressions:
    """Makes the trees of one function's expressions.

    `names` gives the identifiers, `functions` the names of the program's own functions by identity, and
    `nested(step)` the tree of a lambda.
    """

    def __init__(
        self,
        references: References,
        names: Mapping[str, str],
        functions: Mapping[int, str],
        nested: Callable[[w.Step], gast.expr],
    ):
        self._references = references
        self._names = names
        self._functions = functions
        self._nested = nested

    def many(self, operands: Iterable[Any]) -> list[gast.expr]:
        """The trees of several operands."""
        return [self.of(o) for o in operands]

    def of(self, operand: Any) -> gast.expr:
        """The tree of a name, a constant, a folded step or a folded branch."""
        if isinstance(operand, str):
            return name(self._names[operand])
        if isinstance(operand, w.Const):
            return constants.constant(operand, self._references)
        if isinstance(operand, w.Branch):
            return self._choice(operand)
        return self.step(operand)

    def reference(self, value: Any) -> gast.expr:
        """An object that the program refers to."""
        return constants.expression(value, self._references)

    def step(self, step: w.Step) -> gast.expr:
        """The tree of a step's value."""
        callee, operands = step.callee, step.operands
        match callee:
            case w.Method(method):
                return self._call(gast.Attribute(self.of(operands[0]), method, gast.Load()), operands[1:], step)
            case w.Attribute(attribute):
                return gast.Attribute(self.of(operands[0]), attribute, gast.Load())
            case w.MakeFunction():
                return self._nested(step)
            case w.Call():
                return self._call(self.of(operands[0]), operands[1:], step)
            case w.Spread():
                return self._spread(step)
            case w.Function() | w.Recursion():
                return self._call(self._definition(callee), operands, step)
            case Comprehension():
                return self._comprehension(callee, operands)
        if step.keywords or not _hashable(callee):
            return self._call(self.reference(callee), operands, step)
        return self._operator(callee, operands) or self._call(self.reference(callee), operands, step)

    def _definition(self, callee: w.Function | w.Recursion) -> gast.expr:
        """The name of a function that is defined beside this one."""
        function = callee.finished() if isinstance(callee, w.Recursion) else callee
        return name(self._references.record(self._functions[id(function)]))

    def _operator(self, callee: Any, operands: tuple[Any, ...]) -> gast.expr | None:
        """The tree of a callee that has syntax of its own."""
        count = len(operands)
        if callee in _BINARY and count == 2:
            return gast.BinOp(self.of(operands[0]), _BINARY[callee](), self.of(operands[1]))
        if callee in _COMPARE and count == 2:
            return gast.Compare(self.of(operands[0]), [_COMPARE[callee]()], [self.of(operands[1])])
        if callee is operator.not_ and _is_membership(operands[0]):
            container, item = operands[0].operands
            return gast.Compare(self.of(item), [gast.NotIn()], [self.of(container)])
        if callee in _UNARY and count == 1:
            return gast.UnaryOp(_UNARY[callee](), self.of(operands[0]))
        if callee is operator.contains and isinstance(getattr(operands[1], "value", None), Field):
            attributes = call(self.reference(vars), self.of(operands[0]))
            return gast.Compare(self.of(w.Const(str(operands[1].value))), [gast.In()], [attributes])
        if callee is operator.contains:
            return gast.Compare(self.of(operands[1]), [gast.In()], [self.of(operands[0])])
        if callee is operator.getitem:
            return self.item(operands[0], operands[1], gast.Load())
        if callee is operator.truth:
            return call(self.reference(bool), *self.many(operands))
        if callee is w.yield_item:
            return gast.Yield(self.of(operands[0]))
        if callee is w.identity:
            return self.of(operands[0])
        if callee is w.make_tuple:
            return gast.Tuple(self.many(operands), gast.Load())
        if callee is w.make_list:
            return gast.List(self.many(operands), gast.Load())
        if callee is w.make_set and operands:
            return gast.Set(self.many(operands))
        if callee is w.make_set:
            return call(self.reference(set))
        if callee is w.make_dict:
            return gast.Dict(self.many(operands[::2]), self.many(operands[1::2]))
        if callee is w.make_string:
            return self._string(operands)
        if callee is w.make_named_tuple:
            return call(self.of(operands[0]), *self.many(operands[1:]))
        if callee is w.make_object:
            return self._object(operands)
        return None

    def _object(self, operands: tuple[Any, ...]) -> gast.expr:
        """A new instance: as the class is called where that does just this."""
        kind = operands[0].value
        keywords = [gast.keyword(str(k.value), self.of(v)) for k, v in zip(operands[1::2], operands[2::2], strict=True)]
        made_by = generated_init(kind)
        if not keywords:
            return call(gast.Attribute(self.of(operands[0]), "__new__", gast.Load()), self.of(operands[0]))
        if made_by is not None and not hasattr(kind, "__post_init__"):
            if [k.arg for k in keywords] == [f.name for f in fields_of(made_by)] and all(
                f.init for f in fields_of(made_by)
            ):
                return gast.Call(self.of(operands[0]), [], keywords)
        return gast.Call(self.reference(rt.instance), [self.of(operands[0])], keywords)

    def _call(self, function: gast.expr, operands: Iterable[Any], step: w.Step) -> gast.expr:
        return gast.Call(function, self.many(operands), [gast.keyword(k, self.of(v)) for k, v in step.keywords])

    def _spread(self, step: w.Step) -> gast.expr:
        inner, starred = step.callee.callee, step.callee.starred
        operands = [
            gast.Starred(self.of(o), gast.Load()) if i in starred else self.of(o) for i, o in enumerate(step.operands)
        ]
        keywords = [gast.keyword(None if k == "**" else k, self.of(v)) for k, v in step.keywords]
        displays = {w.make_tuple: gast.Tuple, w.make_list: gast.List}
        match inner:
            case w.Method(method):
                receiver, *operands = operands
                return gast.Call(gast.Attribute(receiver, method, gast.Load()), operands, keywords)
            case w.Call():
                function, *operands = operands
                return gast.Call(function, operands, keywords)
            case w.Function() | w.Recursion():
                return gast.Call(self._definition(inner), operands, keywords)
        if _hashable(inner) and inner in displays:
            return displays[inner](operands, gast.Load())
        if inner is w.make_set:
            return gast.Set(operands)
        return gast.Call(self.reference(inner), operands, keywords)

    def _comprehension(self, callee: Comprehension, operands: tuple[Any, ...]) -> gast.expr:
        elements = self.many(operands[: callee.elements])
        generators: list[gast.comprehension] = []
        for clause, operand in zip(callee.clauses, operands[callee.elements :], strict=True):
            if clause is None:
                generators[-1].ifs.append(self.of(operand))
            else:
                generators.append(gast.comprehension(self.target(clause), self.of(operand), [], 0))
        display = {w.make_list: gast.ListComp, w.make_set: gast.SetComp, w.make_dict: gast.DictComp}[callee.kind]
        return display(*elements, generators)

    def target(self, pattern: Any) -> gast.expr:
        """A name that is assigned, or a tuple of such."""
        if isinstance(pattern, str):
            return gast.Name(self._names[pattern], gast.Store(), None, None)
        if len(pattern) == 1:
            return self.target(pattern[0])
        return gast.Tuple([self.target(p) for p in pattern], gast.Store())

    # ------------------------------------------------------------------------------------------ subscripts

    def item(self, value: Any, index: Any, context: gast.expr_context) -> gast.expr:
        """`value[index]`, or `value.name`."""
        if isinstance(index, w.Const) and isinstance(index.value, Field):
            return gast.Attribute(self.of(value), str(index.value), context)
        return gast.Subscript(self.of(value), self._index(index), context)

    def _index(self, index: Any) -> gast.expr:
        if isinstance(index, w.Const) and type(index.value) is tuple and index.value:
            return gast.Tuple([self._slice(w.Const(v)) for v in index.value], gast.Load())
        if isinstance(index, w.Step) and index.callee is w.make_tuple and index.operands:
            return gast.Tuple([self._slice(o) for o in index.operands], gast.Load())
        return self._slice(index)

    def _slice(self, index: Any) -> gast.expr:
        if isinstance(index, w.Const) and type(index.value) is slice:
            parts = [w.Const(v) for v in (index.value.start, index.value.stop, index.value.step)]
        elif isinstance(index, w.Step) and index.callee is slice and not index.keywords:
            parts = list(index.operands)
            parts = [w.Const(None), *parts] if len(parts) == 1 else parts
        else:
            return self.of(index)
        return gast.Slice(*([None if p == w.Const(None) else self.of(p) for p in parts] + [None] * (3 - len(parts))))

    # --------------------------------------------------------------------------------------------- choices

    def _choice(self, node: w.Branch) -> gast.expr:
        """`a if test else b`, `a and b`, `a or b`."""
        (merge,) = node.merges
        if merge.orelse == node.test and merge.orelse is node.test:
            return self._boolean(gast.And, node.test, merge.then)
        if merge.then is node.test:
            return self._boolean(gast.Or, node.test, merge.orelse)
        return gast.IfExp(self.of(node.test), self.of(merge.then), self.of(merge.orelse))

    def _boolean(self, kind: type, left: Any, right: Any) -> gast.expr:
        first, second = self.of(left), self.of(right)
        values = first.values if isinstance(first, gast.BoolOp) and isinstance(first.op, kind) else [first]
        more = second.values if isinstance(second, gast.BoolOp) and isinstance(second.op, kind) else [second]
        return gast.BoolOp(kind(), [*values, *more])

    # --------------------------------------------------------------------------------------------- strings

    def _string(self, parts: tuple[Any, ...]) -> gast.expr:
        """An f-string; where a part could not stand in one, a joined list."""
        values = [self._part(p) for p in parts]
        if all(isinstance(v, gast.Constant) for v in values):
            return literal("".join(v.value for v in values))
        return gast.JoinedStr(values)

    def _part(self, part: Any) -> gast.expr:
        if isinstance(part, w.Const) and type(part.value) is str:
            return literal(part.value)
        conversion, spec = -1, None
        if isinstance(part, w.Step) and part.callee is format and len(part.operands) <= 2 and not part.keywords:
            if len(part.operands) == 2:
                spec = self._spec(part.operands[1])
                if spec is None:
                    return gast.FormattedValue(self.of(part), -1, None)
            part = part.operands[0]
        if isinstance(part, w.Step) and len(part.operands) == 1 and not part.keywords:
            conversion = {str: 115, repr: 114, ascii: 97}.get(part.callee, -1) if _hashable(part.callee) else -1
            part = part.operands[0] if conversion != -1 else part
        return gast.FormattedValue(self.of(part), conversion, spec)

    def _spec(self, spec: Any) -> gast.JoinedStr | None:
        if isinstance(spec, w.Const) and type(spec.value) is str:
            return gast.JoinedStr([literal(spec.value)])
        if isinstance(spec, w.Step) and spec.callee is w.make_string:
            return gast.JoinedStr([self._part(p) for p in spec.operands])
        return None


def _is_membership(operand: Any) -> bool:
    return isinstance(operand, w.Step) and operand.callee is operator.contains


def _hashable(callee: Any) -> bool:
    try:
        hash(callee)
    except TypeError:
        return False
    return True


__all__ = ["IN_PLACE", "Expressions", "dotted"]
