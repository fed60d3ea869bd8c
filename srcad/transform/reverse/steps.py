"""The reverse of one step: from the cotangents of its targets to those of its operands.

Guarantee: contributions are made for exactly the operands a derivative passes to.  A step that is given a value
that varies, and of which nothing is known, is an error and never a silent zero.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import MissingRuleError, UnsupportedError
from srcad.facts import Array, Dict, Known, List, Number, Tuple
from srcad.objects import Field, has_own_operators, is_sparse_class
from srcad.rules import primitives, register
from srcad.rules.axes import items_of
from srcad.transform.analyses import effects
from srcad.transform.analyses.varied import is_constant
from srcad.transform.helpers import Transformation
from srcad.transform.nesting import refusal_key
from srcad.transform.reverse import containers
from srcad.transform.reverse.homes import Home
from srcad.transform.reverse.sweep import ZERO, Sweep, cotangent_fact, slots_of
from srcad.transform.reverse.travelling import MAKERS, is_root, may_share, shared_operand, travels
from srcad.transform.reverse.views import is_basic
from srcad.wengert import (
    Attribute,
    Augmented,
    Branch,
    Const,
    Function,
    Method,
    Operand,
    Recursion,
    Spread,
    Step,
    base,
    callee_name,
    identity,
    made_slots,
    make_tuple,
    substitute,
)

ONE = Const(1.0)
MINUS_ONE = Const(-1.0)


def reverse_step(sweep: Sweep, step: Step) -> None:
    """Writes the reverse of a step that writes no memory."""
    if step.callee is identity and len(step.targets) > 1:
        reverse_unpack(sweep, step)
        return
    if not step.targets:
        return
    (target,) = step.targets
    home = sweep.home(target)
    if home is Home.NONE or home is Home.THROUGH:
        return
    if effects.makes_function(step):  # one whose calls were all resolved reaches no result any more
        raise UnsupportedError(
            "a function that captures values which carry a derivative is called where it is not known which one it is",
            "pass the captured values as arguments",
            step.site,
        )
    if (
        home is Home.SHADOW
        and travels(sweep, target)
        and may_share(sweep, step)
        and sweep.definitions.same(target) == target
    ):
        reverse_copy_of_view(sweep, step, target)
        return
    if home is Home.SHADOW and is_alias(sweep, target):
        if travels(sweep, target):
            reverse_travelling_items(sweep, step, target)
        return
    if home is Home.PATHS and reverse_paths(sweep, step, target):
        return
    d = sweep.take(target)
    if d is not None:
        pull_back(sweep, step, target, d)


def reverse_copy_of_view(sweep: Sweep, step: Step, target: str) -> None:
    """The reverse of what gave a view or a copy: the shadow of a view is a view, that of a copy is handed on."""
    shared = sweep.builder.step(np.may_share_memory, target, shared_operand(sweep, step), fact=fa.BOOL)
    handing_on = sweep.builder.nested(lambda: apply_rule(sweep, step, target, sweep.shadow(target)))
    if handing_on:
        sweep.builder.add(Branch(shared, (), handing_on, (), sweep.builder.site))


def reverse_travelling_items(sweep: Sweep, step: Step, target: str) -> None:
    """Hands on the cotangents of those items of a new container that are no memory, and have them in their slots."""
    if sweep.definitions.same(target) != target or not isinstance(fa.widen(sweep.facts[target]), (List, Dict, Tuple)):
        return
    if step.callee in MAKERS:
        for key, operand in made_slots(step):
            if sweep.home(operand) is not Home.NONE and not travels(sweep, operand):
                d = sweep.builder.step(
                    operator.getitem, sweep.shadow(target), key, like=d_name(operand), fact=fa.UNKNOWN
                )
                sweep.add(operand, as_cotangent(sweep, d, operand))
    elif containers.is_move(sweep, step):
        if (d := containers.values_of(sweep, target, sweep.shadow(target))) is not None:
            containers.reverse_move(sweep, step, d)
    elif containers.is_slice(sweep, step):
        if (d := containers.values_of(sweep, target, sweep.shadow(target))) is not None:
            sweep.builder.effect(rt.add_to_slot, sweep.shadow(step.operands[0]), step.operands[1], d)


def is_alias(sweep: Sweep, name: str) -> bool:
    """Whether the shadow of a name is that of an earlier name, or a view of it."""
    if travels(sweep, name):
        definition = sweep.definitions[name].by
        return not (isinstance(definition, Step) and is_root(sweep, definition, name))
    return sweep.definitions.same(name) != name or sweep.view(name) is not None


def reverse_paths(sweep: Sweep, step: Step, target: str) -> bool:
    """Hands the leaves of a container's cotangent on where the step only moves them; False if it does more."""
    if step.callee in (identity, dict):
        for path, d in sweep.take_paths(target).items():
            sweep.add(step.operands[0], d, path)
        return True
    if step.callee in MAKERS:
        slots = slots_of(sweep.facts[target]) or []
        items = {slot: operand for (slot, _), (_, operand) in zip(slots, made_slots(step), strict=True)}
        for path, d in sweep.take_paths(target).items():
            sweep.add(items[path[0]], d, path[1:])
        return True
    if step.callee is operator.or_ and all(slots_of(sweep.builder.fact(o)) is not None for o in step.operands):
        left, right = step.operands
        later = {slot for slot, _ in slots_of(sweep.builder.fact(right)) or ()}
        for path, d in sweep.take_paths(target).items():
            sweep.add(right if path[0] in later else left, d, path)
        return True
    if step.callee is operator.getitem and sweep.home(step.operands[0]) is Home.PATHS:
        slot = constant_slot(sweep, step)
        if slot is not None:
            for path, d in sweep.take_paths(target).items():
                sweep.add(step.operands[0], d, (*slot, *path))
            return True
    return False


def constant_slot(sweep: Sweep, step: Step) -> tuple | None:
    """The slot of a container of known structure that a subscript reads, as a path of one."""
    index = sweep.builder.fact(step.operands[1])
    slots = slots_of(sweep.facts.get(step.operands[0], fa.UNKNOWN))
    if slots is None or not isinstance(index, Known):
        return None
    value = index.value
    keys = [slot for slot, _ in slots]
    if value in keys:
        return (value,)
    if isinstance(value, int) and -len(keys) <= value < 0:
        return (len(keys) + value,)
    return None


def pull_back(sweep: Sweep, step: Step, target: str, d: Operand) -> None:
    """Sends the cotangent of a step's only target to its operands."""
    callee = step.callee
    if callee is identity:
        sweep.add(step.operands[0], d)
    elif callee is operator.getitem:
        reverse_getitem(sweep, step, d)
    elif callee in MAKERS:
        for key, operand in made_slots(step):
            if sweep.home(operand) is not Home.NONE:
                slot = sweep.builder.step(operator.getitem, d, key, like=d_name(operand))
                sweep.add(operand, as_cotangent(sweep, slot, operand))
    elif containers.is_move(sweep, step):
        containers.reverse_move(sweep, step, d)
    else:
        apply_rule(sweep, step, target, d)


def pull_through(sweep: Sweep, step: Step, d: Operand) -> None:
    """Sends a contribution to the cotangent of a read-only view on to what it is a view of."""
    pull_back(sweep, step, step.target, d)


def d_name(operand: Operand) -> str:
    """The base of the name of an operand's cotangent."""
    return f"d_{base(operand)}" if isinstance(operand, str) else "d"


def as_cotangent(sweep: Sweep, d: Operand, operand: Operand) -> Operand:
    """A slot of a container's shadow as the cotangent of an operand: 0.0 stands for zeros of any structure there."""
    fact = fa.widen(sweep.builder.fact(operand))
    if isinstance(fact, Number):
        if isinstance(d, str):
            sweep.facts[d] = cotangent_fact(fact)
        return d
    return sweep.builder.step(rt.project, d, operand, like=d_name(operand), fact=fact)


# ------------------------------------------------------------------------------------------- reading parts


def reverse_getitem(sweep: Sweep, step: Step, d: Operand) -> None:
    """The reverse of `t = c[i]`: the cotangent is added to the part of c's that was read."""
    container, index = step.operands
    home = sweep.home(container)
    if home is Home.NONE:
        return
    if home is Home.SHADOW:
        if isinstance(fa.widen(sweep.builder.fact(container)), Array):
            add_at(sweep, sweep.shadow(container), index, d)
        elif is_number_slot(sweep, container, index):
            sweep.builder.effect(Augmented(operator.iadd), sweep.shadow(container), index, d)
        else:
            sweep.builder.effect(rt.add_to_slot, sweep.shadow(container), index, d)
        return
    slot = constant_slot(sweep, step)
    if home is Home.PATHS and slot is not None:
        sweep.add(container, d, slot)
        return
    contribution = sweep.builder.step(rt.scatter, d, container, index, like=d_name(container))
    sweep.add(container, contribution)


def is_number_slot(sweep: Sweep, container: Operand, index: Operand) -> bool:
    """Whether an attribute holds numbers only, so that its slot in the shadow holds nothing but their cotangent."""
    fact = fa.widen(sweep.builder.fact(container))
    if not isinstance(fact, Dict) or not isinstance(index, Const) or not isinstance(index.value, Field):
        return False
    return isinstance(fa.widen(fact.get(index.value)), Number)


def add_at(sweep: Sweep, shadow: str, index: Operand, d: Operand) -> None:
    """Adds to the elements of a shadow that an index reads, as often as it reads them."""
    known = sweep.builder.fact(index)
    if not is_basic(known):
        sweep.selected.add(shadow)
    if is_basic(known) or is_mask(known):
        sweep.builder.effect(Augmented(operator.iadd), shadow, index, d)
    else:
        sweep.builder.effect(np.add.at, shadow, index, d)


def is_mask(index: fa.Fact) -> bool:
    """Whether an index is a boolean mask, which reads no element twice."""
    return isinstance(index, Array) and index.dtype == "bool"


def _is_item(sweep: Sweep, target: str) -> bool:
    """Whether a target is what the program itself put into the tuple, and has its shadow."""
    return sweep.home(target) is Home.SHADOW and sweep.definitions.same(target) != target


def reverse_unpack(sweep: Sweep, step: Step) -> None:
    """The reverse of `a, b = c`."""
    (container,) = step.operands
    home = sweep.home(container)
    live = [(i, t) for i, t in enumerate(step.targets) if sweep.home(t) is not Home.NONE and not _is_item(sweep, t)]
    if home is Home.NONE:
        return
    if home is Home.PATHS:
        slots = [slot for slot, _ in slots_of(sweep.facts[container]) or []]
        for i, target in live:
            if sweep.home(target) is Home.PATHS:
                for path, d in sweep.take_paths(target).items():
                    sweep.add(container, d, (slots[i], *path))
            elif (d := sweep.take(target)) is not None:
                sweep.add(container, d, (slots[i],))
        return
    taken = []
    for i, target in live:
        if sweep.home(target) is Home.SHADOW and is_alias(sweep, target):
            continue
        d = sweep.take(target)
        if d is not None:
            taken.append((i, d))
    if home is Home.SHADOW:
        is_array = isinstance(fa.widen(sweep.facts[container]), Array)
        for i, d in taken:
            if is_array:
                add_at(sweep, sweep.shadow(container), Const(i), d)
            else:
                sweep.builder.effect(rt.add_to_slot, sweep.shadow(container), Const(i), d)
    elif taken:
        items = dict(taken)
        slots = [items.get(i, ZERO) for i in range(len(step.targets))]
        cotangents = sweep.builder.step(make_tuple, *slots)
        sweep.add(container, sweep.builder.step(rt.pack, cotangents, container, like=d_name(container)))


# ------------------------------------------------------------------------------------------------- rules


def apply_rule(sweep: Sweep, step: Step, target: str, d: Operand) -> None:
    """Inlines the rule of the step's primitive."""
    entry = register.lookup(step.callee)
    if is_constant(step, sweep.facts):
        return
    if entry is None or entry.rule is None:
        raise missing_rule(sweep, step)
    bound = bind_rule(sweep, step, entry)
    refuse_other_parameters(sweep, step, entry, bound)
    for name, d_operand in contributions(sweep, step, entry.rule, bound, target, d):
        if entry.selects and isinstance(d_operand, str):
            sweep.selected.add(d_operand)
        sweep.mark_selected(d_operand, d)
        send(sweep, bound[name], name == entry.rule.parameters.starred, d_operand)


def refuse_other_parameters(sweep: Sweep, step: Step, entry: primitives.Primitive, bound: dict[str, Any]) -> None:
    """Raises where a derivative would have to pass to a parameter that the rule does not differentiate."""
    for name, operand in bound.items():
        if name not in entry.rule.wrt and name not in entry.describes and is_wanted(sweep, operand):
            raise other_parameter(step, name)


def other_parameter(step: Step, name: str) -> UnsupportedError:
    """The error for a derivative with respect to a parameter that a rule does not differentiate."""
    return UnsupportedError(
        f"{callee_name(step.callee)} cannot be differentiated with respect to its argument {name}",
        "compute it from values that are not differentiated, or write the function out",
        step.site,
    )


def send(sweep: Sweep, operand: Any, starred: bool, d: Operand) -> None:
    """Adds a rule's result to the cotangent of the operand, or of each of the `*operands`."""
    if not starred:
        sweep.add(operand, d)
        return
    for i, item in enumerate(operand):
        if sweep.home(item) is not Home.NONE:
            d_item = sweep.builder.step(operator.getitem, d, Const(i), like=d_name(item))
            know_shape(sweep, d_item, item)
            sweep.add(item, d_item)


def bind_rule(sweep: Transformation, step: Step, entry: primitives.Primitive) -> dict[str, Any]:
    """The operands by the rule's parameters.  Raises UnsupportedError for forms the rule does not handle."""
    parameters = entry.rule.parameters
    name = callee_name(step.callee)
    given = dict(step.keywords)
    if "out" not in parameters.names and given.get("out") == Const(None):
        del given["out"]  # rules have the result by this name
    try:
        bound = parameters.bind(step.operands, given, Const)
    except TypeError as error:
        raise UnsupportedError(
            f"this form of {name} cannot be differentiated: {error}", "use a form its rule handles", step.site
        ) from None
    for refused in entry.refuses:
        default = Const(parameters.defaults.get(refused))
        if bound[refused] != default and sweep.builder.fact(bound[refused]) != Known(default.value):
            raise UnsupportedError(
                f"{name} with {refused}= cannot be differentiated", f"leave {refused}= out", step.site
            )
    refuse_matrices(sweep, step, entry.rule.form == "partials")
    return bound


def refuse_matrices(sweep: Transformation, step: Step, is_elementwise: bool) -> None:
    """Raises UnsupportedError for a step that is not what its rule takes it for, or gives a matrix: one on a matrix."""
    for operand in step.operands:
        fact = sweep.builder.fact(operand)
        if not (isinstance(fact, fa.Instance) and has_own_operators(fact.type)):
            continue
        dense = not is_sparse_class(fact.type)
        if is_elementwise or dense:
            raise UnsupportedError(
                f"{callee_name(step.callee)} is given a {fact.type.__name__}, whose operators are not those of arrays",
                "use np.asarray of it" if dense else "use a sparse array, such as csr_array, or the operator @",
                step.site,
            )


def contributions(
    sweep: Sweep, step: Step, rule: primitives.Rule, bound: dict[str, Any], target: str, d: Operand
) -> list[tuple[str, Operand]]:
    """The cotangents of the operands, by parameter of the rule, for those that a derivative passes to."""
    wanted = [w for w in rule.wrt if is_wanted(sweep, bound[w])]
    if not wanted:
        return []
    leading = {"d_out": d, "out": target}
    begin = len(sweep.builder.steps)
    mixed = rule.form != "partials" and has_complex(sweep)
    arrays = bound if rule.form == "partials" else rule.arrays
    bound = {name: as_array(sweep, operand) if name in arrays else operand for name, operand in bound.items()}
    result = inline(sweep, rule, leading, bound)
    results = dict(zip(rule.wrt, split_result(sweep, result, len(rule.wrt), begin), strict=True))
    found = []
    for name in wanted:
        operand = bound[name]
        value = results[name]
        if rule.form == "partials":
            if rule.singular and d in sweep.selected:
                value = where_used(sweep, d, value)
            value = times(sweep, d, value, operand)
            value = sweep.builder.step(
                rt.unbroadcast, value, operand, like=d_name(operand), fact=like_fact(sweep, operand)
            )
        elif not isinstance(operand, tuple):
            value = named(sweep, value, d_name(operand), begin)
            know_shape(sweep, value, operand)
            value = project(sweep, value, operand, mixed)
        found.append((name, value))
    return found


def has_complex(sweep: Sweep) -> bool:
    """Whether anything in the function is known to be complex, so that a cotangent of unknown dtype may be, too."""
    if sweep.has_complex is None:
        sweep.has_complex = any("c" in kinds_in(fact) for fact in tuple(sweep.facts.values()))
    return sweep.has_complex


def kinds_in(fact: fa.Fact) -> set[str]:
    """The kinds of numbers that a value is known to be, or to hold."""
    known = fa.widen(fact)
    if isinstance(known, (List, Tuple)):
        return {kind for item in items_of(known) or () for kind in kinds_in(item)}
    dtype = fa.dtype_of(known)
    return set() if dtype is None else {np.dtype(dtype).kind}


def as_array(sweep: Transformation, operand: Any) -> Any:
    """A list or tuple as the array that NumPy makes of it, which the body of a rule can compute with."""
    if isinstance(operand, tuple):
        return tuple(as_array(sweep, item) for item in operand)
    if not isinstance(fa.widen(sweep.builder.fact(operand)), (List, Tuple)):
        return operand
    return sweep.builder.step(np.asarray, operand, like=base(operand) if isinstance(operand, str) else "t")


def inline(sweep: Transformation, rule: primitives.Rule, leading: dict[str, Operand], bound: dict[str, Any]) -> Operand:
    """Writes the body of a rule; its result."""
    arguments = [leading[n] for n in rule.leading]
    keywords = {n: bound[n] for n in rule.parameters.names}
    if rule.parameters.starred:
        arguments += [keywords.pop(n) for n in rule.parameters.by_position]
        arguments += bound[rule.parameters.starred]
    return sweep.inliner.inline_rule(sweep.lower(rule.body), tuple(arguments), keywords, sweep.builder.site)


def is_wanted(sweep: Sweep, operand: Any) -> bool:
    """Whether a derivative passes to an operand, or to one of several."""
    if isinstance(operand, tuple):
        return any(sweep.home(o) is not Home.NONE for o in operand)
    return sweep.home(operand) is not Home.NONE


def split_result(sweep: Transformation, result: Operand, count: int, begin: int) -> list[Operand]:
    """The single results of a rule's body, which was written from `begin` on."""
    if count == 1:
        return [result]
    for node in reversed(sweep.builder.steps[begin:]):
        if isinstance(node, Step) and node.targets == (result,) and node.callee is make_tuple:
            return list(node.operands)
    if isinstance(result, Const) and isinstance(result.value, tuple):
        return [Const(v) for v in result.value]
    return [sweep.builder.step(operator.getitem, result, Const(i)) for i in range(count)]


def times(sweep: Sweep, d: Operand, partial: Operand, operand: Operand) -> Operand:
    """The product of a cotangent and a partial derivative."""
    if partial == ONE:
        return d
    if partial == MINUS_ONE:
        return sweep.builder.step(operator.neg, d, like=d_name(operand))
    if d == ONE and fa.is_active_type(sweep.builder.fact(partial)) and fa.is_numeric(sweep.builder.fact(partial)):
        return partial
    return sweep.builder.step(operator.mul, d, partial, like=d_name(operand))


def where_used(sweep: Sweep, d: Operand, partial: Operand) -> Operand:
    """A partial derivative that may be infinite, replaced by 1 where the cotangent is zero: zero stays zero.

    Only for cotangents that come from a selection (`np.where(x > 0, np.sqrt(x), 0)`), so nobody else pays.
    """
    used = sweep.builder.step(operator.ne, d, ZERO)
    return sweep.builder.step(np.where, used, partial, ONE)


def named(sweep: Transformation, value: Operand, like: str, begin: int) -> Operand:
    """Gives a temporary of a rule's body the name of the cotangent it is."""
    steps = sweep.builder.steps
    if not isinstance(value, str) or base(value) != "t":
        return value
    for position in range(len(steps) - 1, begin - 1, -1):
        node = steps[position]
        if isinstance(node, Step) and node.targets == (value,):
            new = sweep.builder.names.fresh(like)
            steps[position:] = substitute(steps[position:], {value: new})
            sweep.facts[new] = sweep.facts[value]
            return new
    return value


def like_fact(sweep: Sweep, operand: Operand) -> fa.Fact:
    """What is known of a cotangent that was given the shape and dtype of its primal."""
    fact = fa.widen(sweep.builder.fact(operand))
    return Number(fact.dtype, None) if isinstance(fact, Number) else fact


def know_shape(sweep: Sweep, value: Operand, operand: Operand) -> None:
    """Notes that a rule's cotangent has the shape of the operand, as every rule guarantees."""
    like = fa.widen(sweep.builder.fact(operand))
    if isinstance(value, str) and isinstance(like, Array) and like.shape is not None and value not in sweep.definitions:
        sweep.facts[value] = Array(fa.dtype_of(sweep.builder.fact(value)), like.shape)


def project(sweep: Sweep, value: Operand, operand: Operand, mixed: bool = False) -> Operand:
    """The cotangent in the dtype of its primal, where facts show that it has another, or that it may be complex."""
    if mixed and "f" in kinds_in(sweep.builder.fact(operand)) and kinds_in(sweep.builder.fact(value)) != {"f"}:
        fact = like_fact(sweep, operand)
        callee = rt.unbroadcast if fa.is_numeric(fact) else rt.project
        return sweep.builder.step(callee, value, operand, like=d_name(operand), fact=fact)
    have, want = fa.dtype_of(sweep.builder.fact(value)), fa.dtype_of(sweep.builder.fact(operand))
    if have is None or want is None or have == want or isinstance(sweep.builder.fact(operand), Known):
        return value
    return sweep.builder.step(rt.unbroadcast, value, operand, like=d_name(operand), fact=like_fact(sweep, operand))


def missing_rule(sweep: Transformation, step: Step) -> Exception:
    """The error for a call of which nothing is known."""
    name = callee_name(step.callee)
    if step.callee in (rt.pullback, rt.pushforward) or isinstance(step.callee, (Function, Recursion)):
        return UnsupportedError(
            "the derivative of a call that is only resolved at run time (of a function that calls itself, or that is a "
            "value of the program) is differentiated once more",
            "call a function by its name, and write a recursion as a loop",
            step.site,
        )
    refusal = sweep.refused.get(refusal_key(step, sweep.facts)) if effects.hashable(step.callee) else None
    if refusal is not None:
        return refusal
    if isinstance(step.callee, Spread):
        return UnsupportedError(
            "how many arguments are spread here is not known before the program runs",
            "unpack them first (a, b = x), pass them one by one, or let the function take the sequence",
            step.site,
        )
    if isinstance(step.callee, (Method, Attribute)):
        kind = "method" if isinstance(step.callee, Method) else "attribute"
        return MissingRuleError(
            f"the {kind} {step.callee.name!r} of a value that carries a derivative has no rule",
            "use functions, operators, methods and attributes of arrays that have one, or register a rule for a "
            "function that calls it (see docs/rules.md)",
            step.site,
        )
    return MissingRuleError(
        f"{name} was given a value that carries a derivative, but has neither Python source nor a rule",
        f"register a rule for it (srcad.partials, srcad.linear or srcad.adjoint, see docs/rules.md), or "
        f"srcad.constant({name}) if its derivative is zero",
        step.site,
    )
