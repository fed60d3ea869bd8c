"""The `match` statement: each case is a test of the subject, and bindings where it holds.

Guarantee.  The subject is evaluated once.  The parts of a pattern are tested in order, each only if those before it
held.  Names are bound after the whole pattern has matched and before the guard is asked, which may use them; they stay
bound if it refuses.  A part that is bound is read from the subject again, as `subject[0]` or `subject.x`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import gast

from srcad import runtime as rt
from srcad.transform.lower.builder import TRUE, Builder, Choice, statement
from srcad.transform.lower.expressions import bind_operand
from srcad.transform.lower.statements import choose
from srcad.wengert import Attribute, Const, ForLoop, Method, Operand, Step, identity, make_dict, make_list

WHOLE = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)
"""Classes whose one positional pattern is for the subject itself."""

REMEDY = "test it with `if`/`elif` and isinstance."


@statement(gast.Match)
def _match(b: Builder, node: gast.Match) -> Choice | None:
    return _cases(b, b.expr(node.subject), node.cases)


def _cases(b: Builder, subject: Operand, cases: list[gast.match_case]) -> Choice | None:
    """The choice between the first case and the others; a case that always matches is lowered here."""
    case, *others = cases
    before = b.sites.enter_case(case)
    b.site = b.sites.of(case.pattern)
    test = _test(b, case.pattern, subject)
    if case.guard is not None:
        test = _both(b, test, lambda: _guard(b, case, subject))
    bound = case.guard is not None

    def body() -> None:
        if not bound:
            _bind(b, case.pattern, subject)
        b.statements(case.body)

    def orelse(rest: list[gast.AST]) -> None:
        choice = _cases(b, subject, others) if others else None
        b.sites.leave(before)
        if choice is None or not choose(b, choice, rest):
            b.statements(rest)

    if test == TRUE:
        body()
        b.sites.leave(before)
        return None
    return Choice(test, b.arm(body), orelse)


def _guard(b: Builder, case: gast.match_case, subject: Operand) -> Operand:
    _bind(b, case.pattern, subject)
    return b.expr(case.guard)


def _both(b: Builder, test: Operand, then: Callable[[], Operand]) -> Operand:
    """`test and then()`"""
    if test == TRUE:
        return then()
    return b.choose(test, then, lambda: test, "t")


def _all(b: Builder, tests: list[Callable[[], Operand]]) -> Operand:
    """The conjunction of tests, each evaluated if those before it hold."""
    if not tests:
        return TRUE
    test = tests[0]()
    return _both(b, test, lambda: _all(b, tests[1:])) if tests[1:] else test


# -------------------------------------------------------------------------------------------------- parts


@dataclass(frozen=True)
class Part:
    """A pattern inside another one, and how to read what it is matched with."""

    pattern: gast.AST
    read: Callable[[], Operand]


def _parts(b: Builder, pattern: gast.AST, subject: Operand) -> Iterator[Part]:
    """The patterns directly inside one that always looks at its parts in the same way."""
    match pattern:
        case gast.MatchSequence(patterns=patterns):
            yield from _items(b, patterns, subject)
        case gast.MatchMapping(keys=keys, patterns=patterns):
            for key, inner in zip(keys, patterns, strict=True):
                yield Part(inner, lambda key=key: b.step(operator.getitem, subject, b.expr(key)))
        case gast.MatchClass():
            for name, inner in _attributes(b, pattern):
                yield Part(inner, lambda name=name: b.step(Attribute(name), subject) if name else subject)
        case gast.MatchAs(pattern=gast.AST() as inner):
            yield Part(inner, lambda: subject)


def _items(b: Builder, patterns: list[gast.AST], subject: Operand) -> Iterator[Part]:
    star = _star(patterns)
    for i, inner in enumerate(patterns):
        if i == star:
            rest = slice(i or None, i + 1 - len(patterns) or None)
            yield Part(inner, lambda rest=rest: _list_of(b, subject, rest))
        else:
            index = i if star is None or i < star else i - len(patterns)
            yield Part(inner, lambda index=index: b.step(operator.getitem, subject, Const(index)))


def _list_of(b: Builder, subject: Operand, part: slice) -> Operand:
    whole = b.step(list, subject)
    return whole if part == slice(None) else b.step(operator.getitem, whole, Const(part))


def _star(patterns: list[gast.AST]) -> int | None:
    return next((i for i, inner in enumerate(patterns) if isinstance(inner, gast.MatchStar)), None)


def _attributes(b: Builder, pattern: gast.MatchClass) -> list[tuple[str, gast.AST]]:
    """The attributes that a class pattern looks at; the name of the subject itself is empty."""
    cls = _class(b, pattern)
    if len(pattern.patterns) == 1 and cls in WHOLE:
        names: tuple[str, ...] = ("",)
    else:
        names = getattr(cls, "__match_args__", ())
    if len(pattern.patterns) > len(names):
        b.refuse(
            pattern,
            f"{cls.__name__}() accepts {len(names)} positional sub-patterns ({len(pattern.patterns)} given).",
            "name the attributes, or give the class `__match_args__`.",
        )
    given = list(zip(names, pattern.patterns, strict=False))
    return given + list(zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True))


def _class(b: Builder, pattern: gast.MatchClass) -> type:
    cls = b.expr(pattern.cls)
    if not (isinstance(cls, Const) and isinstance(cls.value, type)):
        b.refuse(pattern.cls, "The class of this pattern is not known before the program runs.", REMEDY)
    return cls.value


# -------------------------------------------------------------------------------------------------- tests


def _test(b: Builder, pattern: gast.AST, subject: Operand) -> Operand:
    """Whether the subject matches; TRUE if nothing has to be tested."""
    b.site = b.sites.of(pattern)
    match pattern:
        case gast.MatchValue(value=value):
            return b.step(operator.eq, subject, b.expr(value))
        case gast.MatchSingleton(value=value):
            return b.step(operator.is_, subject, Const(value))
        case gast.MatchOr(patterns=patterns):
            return _any(b, patterns, subject)
        case gast.MatchSequence(patterns=patterns):
            tests = [lambda: b.step(rt.is_sequence, subject), *_has_length(b, patterns, subject)]
        case gast.MatchMapping(keys=keys):
            tests = [lambda: b.step(isinstance, subject, Const(Mapping)), *_has_keys(b, keys, subject)]
        case gast.MatchClass():
            cls = _class(b, pattern)
            tests = [lambda: b.step(isinstance, subject, Const(cls)), *_has_attributes(b, pattern, cls, subject)]
        case _:
            tests = []
    parts = [part for part in _parts(b, pattern, subject) if not _is_irrefutable(part.pattern)]
    return _all(b, [*tests, *(lambda part=part: _test(b, part.pattern, part.read()) for part in parts)])


def _is_irrefutable(pattern: gast.AST) -> bool:
    if isinstance(pattern, gast.MatchAs):
        return pattern.pattern is None or _is_irrefutable(pattern.pattern)
    return isinstance(pattern, gast.MatchStar)


def _any(b: Builder, patterns: list[gast.AST], subject: Operand) -> Operand:
    first, *others = patterns
    test = _test(b, first, subject)
    if test == TRUE or not others:
        return test
    return b.choose(test, lambda: test, lambda: _any(b, others, subject), "t")


def _has_length(b: Builder, patterns: list[gast.AST], subject: Operand) -> list[Callable[[], Operand]]:
    if _star(patterns) is None:
        return [lambda: b.step(operator.eq, b.step(len, subject), Const(len(patterns)))]
    if len(patterns) == 1:
        return []
    return [lambda: b.step(operator.ge, b.step(len, subject), Const(len(patterns) - 1))]


def _has_keys(b: Builder, keys: list[gast.AST], subject: Operand) -> list[Callable[[], Operand]]:
    return [lambda key=key: b.step(operator.contains, subject, b.expr(key)) for key in keys]


def _has_attributes(b: Builder, pattern: gast.MatchClass, cls: type, subject: Operand) -> list[Callable[[], Operand]]:
    """Tests for the attributes that an instance may lack: those that are not declared by its class."""
    declared = {*getattr(cls, "__dataclass_fields__", ()), *dir(cls), ""}
    names = [name for name, _ in _attributes(b, pattern) if name not in declared]
    return [lambda name=name: b.step(hasattr, subject, Const(name)) for name in names]


# ----------------------------------------------------------------------------------------------- bindings


def _bind(b: Builder, pattern: gast.AST, subject: Operand) -> None:
    """Binds the names of a pattern that matches."""
    if not _binds(pattern):
        return
    b.site = b.sites.of(pattern)
    if isinstance(pattern, gast.MatchOr):
        _bind_one_of(b, pattern.patterns, subject)
        return
    for part in _parts(b, pattern, subject):
        name = _only_name(part.pattern)
        if name is not None:
            mark = b.mark()
            bind_operand(b, name, part.read(), mark)
        elif _binds(part.pattern):
            _bind(b, part.pattern, part.read())
    if isinstance(pattern, gast.MatchMapping) and pattern.rest is not None:
        b.assign(pattern.rest, _without_keys(b, pattern, subject))
    if isinstance(pattern, (gast.MatchAs, gast.MatchStar)) and pattern.name is not None:
        bind_operand(b, pattern.name, subject, b.mark())


def _only_name(pattern: gast.AST) -> str | None:
    """The name that a pattern binds its whole subject to, if it does nothing else."""
    whole = isinstance(pattern, gast.MatchStar) or isinstance(pattern, gast.MatchAs) and pattern.pattern is None
    return pattern.name if whole else None


def _binds(pattern: gast.AST) -> bool:
    return any(getattr(node, "name", None) or getattr(node, "rest", None) for node in gast.walk(pattern))


def _bind_one_of(b: Builder, patterns: list[gast.AST], subject: Operand) -> None:
    """Binds the names of the first alternative that matches, as one of them does."""
    first, *others = patterns
    if not others:
        _bind(b, first, subject)
        return
    test = _test(b, first, subject)
    b.join(test, b.arm(lambda: _bind(b, first, subject)), b.arm(lambda: _bind_one_of(b, others, subject)))


def _without_keys(b: Builder, pattern: gast.MatchMapping, subject: Operand) -> Operand:
    """`{k: v for k, v in subject.items() if k not in keys}`"""
    keys = b.step(make_list, *[b.expr(key) for key in pattern.keys])
    rest = b.step(make_dict, like=pattern.rest)
    items = b.step(Method("items"), subject)
    item, key, value = b.fresh("item"), b.fresh("k"), b.fresh("v")

    def put() -> None:
        b.append(Step((key, value), identity, (item,), (), b.site))
        test = b.step(operator.contains, keys, key)
        b.join(test, b.arm(), b.arm(lambda: b.effect(operator.setitem, rest, key, value)))

    body = b.arm(put)
    b.append(ForLoop(item, items, tuple(body.nodes), (), None, b.site))
    return rest
