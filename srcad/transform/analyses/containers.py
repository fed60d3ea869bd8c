"""What the lists and dicts that a program changes may hold.

Guarantee: the fact of a list or dict speaks only of what holds during the whole run: its items are known only if
nothing is ever stored into it, and its element fits everything that is ever stored.  A container is known by the
steps that make it (its sites), so it does not matter through which name, alias or outer container it is changed.
What is stored is only known at the end of a pass over the program, so passes are repeated: first until it is known
which containers change at all, then until what is stored in them fits what was assumed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from srcad import facts as fa
from srcad.facts import UNKNOWN, Array, Dict, Fact, Known, List, Number, Tuple
from srcad.transform.analyses import effects
from srcad.transform.analyses.facts import element_of
from srcad.wengert import Augmented, Function, Method, Recursion, Step, Variable

_STORING = {Method("append"): 1, Method("insert"): 2, operator.setitem: 2}
"""Callees that store one value, and where it stands among the operands."""

_REMOVING = {Method(name) for name in ("pop", "remove", "clear", "reverse", "popitem")} | {operator.delitem}

_MAX_PASSES = 12


class Containers:
    """The stores found so far, by the site of the container."""

    def __init__(self) -> None:
        self.grown = False
        self._stage = 0
        self._passes = 0
        self._stored: dict[str, Fact | None] = {}
        self._held: dict[str, Fact | None] = {}
        self._first: dict[str, tuple | None] = {}
        self._slots: dict[str, dict[Any, Fact]] = {}
        self._keys: dict[str, Fact | None] = {}
        self._first_keys: dict[str, Fact | None] = {}
        self._linked: set[str] = set()  # those of objects that hold others of their kind
        self._unplaced = False
        self._anything = False

    def is_final(self) -> bool:
        """Whether the pass just made assumed what it found; if not, what the next one may assume is set."""
        if not self._stored and not self._unplaced:
            return True
        grown, self.grown = self.grown, False
        self._passes += 1
        if grown:
            self._anything = self._anything or self._passes > _MAX_PASSES
            return False
        self._stage += 1
        return self._stage > 2

    def made(self, fact: Fact, site: str) -> Fact:
        """The fact of a new value: a container that nobody made before is made here."""
        if isinstance(fact, (List, Dict)) and not fact.sites:
            fact = replace(self._cut(fact, site), sites=frozenset({site}))  # type: ignore[type-var]
            held = None if fact.items == () else fa.with_own_axes(_to_be_filled(fact.element), site)
            keys = fact.keys if isinstance(fact, Dict) and fact.items != () else None
            if site in self._linked and isinstance(before := self._first.get(site), tuple):
                slots = fa.joined_slots(before, (fact.items if fact.items is not None else fact.slots) or ())
                fact, held = replace(fact, items=None, slots=slots), UNKNOWN  # what one trip makes, and the next one
            own = fa.with_own_axes(_to_be_filled(fact), site)
            first = (own.slots if own.items is None else own.items) if isinstance(own, Dict) else None
            changed = (self._held.get(site), self._first.get(site), self._first_keys.get(site)) != (held, first, keys)
            self.grown = self.grown or site in self._stored and changed and not self._anything
            self._held[site], self._first[site], self._first_keys[site] = held, first, keys
        return self.settled(fact)

    def handed(self, fact: Fact, path: str) -> Fact:
        """The fact of an argument of a function that is called in a program: any two containers in it may be one."""
        own = self.argument(fact, path)
        sites = _sites_inside(own)
        return _inside(own, lambda f: self.settled(replace(f, sites=sites[_class(f)])))

    def argument(self, fact: Fact, path: str) -> Fact:
        """The fact of an argument, whose containers are made by the caller."""
        match fact:
            case Tuple(items=items):
                return replace(fact, items=tuple(self.argument(f, f"{path} {i}") for i, f in enumerate(items)))
            case List(items=tuple() as items):
                new = tuple(self.argument(f, f"{path} {i}") for i, f in enumerate(items))
                return self.made(replace(fact, items=new, element=_any_of(fact, new, path)), path)
            case Dict(items=tuple() as pairs):
                named = tuple((k, self.argument(f, f"{path} {k!r}")) for k, f in pairs)
                held = _any_of(fact, [f for _, f in named], path)
                return self.made(replace(fact, items=named, element=held), path)
            case List(element=element):
                return self.made(replace(fact, element=self.argument(element, f"{path} item")), path)
            case Dict(element=element, slots=slots):
                own = None if slots is None else tuple((k, self.argument(f, f"{path} {k!r}")) for k, f in slots)
                return self.made(replace(fact, element=self.argument(element, f"{path} item"), slots=own), path)
        return fact

    def settled(self, fact: Fact) -> Fact:
        """The fact, given all stores found so far."""
        match fact:
            case List() | Dict():
                changed = [self._stored[site] for site in sorted(fact.sites) if site in self._stored]
                if self._anything:
                    return lost(fact)
                if not changed:
                    return fact
                held = [self._held.get(site) for site in sorted(fact.sites)]
                named = [f for site in sorted(fact.sites) for f in self._slots.get(site, {}).values()]
                known = [f for f in (*held, *named, *changed) if f is not None]
                element = fa.join_all(known) if known or self._stage > 1 else fa.NOTHING
                if isinstance(fact, Dict):
                    keys = self._keys_of(fact)
                    return replace(fact, items=None, element=element, slots=self._slots_of(fact), keys=keys)
                return replace(fact, items=None, element=element)
            case Tuple(items=items):
                return replace(fact, items=tuple(map(self.settled, items)))
        return fact

    def _slots_of(self, fact: Dict) -> tuple | None:
        """The slots of a dict or object that is changed; None if it was made with keys that are not known."""
        parts = []
        for site in sorted(fact.sites):
            first = self._first.get(site)
            if first is None:
                return None
            parts += [first, tuple(self._slots.get(site, {}).items())]
        slots = fa.joined_slots(*parts)
        anywhere = [f for site in fact.sites if (f := self._stored.get(site)) is not None]
        return tuple((k, fa.join_all([f, *anywhere])) for k, f in slots)

    def _keys_of(self, fact: Dict) -> Fact:
        """What fits every key that a dict ever has."""
        parts = [part.get(site) for site in sorted(fact.sites) for part in (self._first_keys, self._keys)]
        known = [keys for keys in parts if keys is not None]
        return fa.join_all(known) if known or self._stage > 1 else fa.NOTHING

    def note(self, step: Step, operands: list[Fact]) -> None:
        """Notes what a step stores."""
        callee = step.callee
        if effects.hashable(callee) and callee in _STORING:
            value = operands[_STORING[callee]]
            is_slice = callee is operator.setitem and not is_item(operands)
            named = isinstance(operands[0], Dict) and callee is operator.setitem and isinstance(operands[1], Known)
            self._store(operands[0], element_of(value) if is_slice else value, operands[1].value if named else None)
            if callee is operator.setitem:
                self._store_key(operands[0], operands[1])
        elif isinstance(callee, Augmented):
            self._store(operands[0], UNKNOWN)
        elif callee in (Method("extend"), operator.iadd) and isinstance(operands[0], List):
            self._store(operands[0], element_of(operands[1]))
        elif callee in (Method("update"), operator.ior) and isinstance(operands[0], Dict):
            self._store(operands[0], getattr(operands[1], "element", UNKNOWN))
            self._store_key(operands[0], getattr(operands[1], "keys", UNKNOWN))
        elif effects.hashable(callee) and callee in _REMOVING:
            self._store(operands[0], None)
        elif isinstance(callee, (Function, Recursion)):
            return  # what a list of its own leaves in its arguments is noted by itself
        elif effects.is_unknown(step) and not _is_harmless(step) or effects.is_python_call(step):
            for fact in operands:
                self.lose(fact)

    def _store(self, container: Fact, value: Fact | None, key: Any = None) -> None:
        """Notes a store under a key; the value None is a change that adds nothing."""
        if isinstance(container, (Array, Number, Tuple, Known)):
            return
        sites = getattr(container, "sites", None)
        if not sites:
            self._unplaced = True
            if self._stage < 2:
                return  # too little was known then of what it may be
            self.grown, self._anything = self.grown or not self._anything, True
            return
        for site in sites:
            before = self._stored.get(site)
            unknown = value == UNKNOWN or isinstance(value, fa.Nothing)
            if self._stage < 2 and unknown or self._stage == 0 and key is None:
                value = None  # read from containers of which too little was known then; the next pass counts
            if key is not None and value is not None:
                self._store_slot(site, key, value)
                value = None
            after = before if value is None else _joined(before, self._cut(value, site), site)
            if site not in self._stored or after != before:
                self._stored[site] = after
                self.grown = True

    def _store_key(self, container: Fact, key: Fact) -> None:
        """Notes that a dict may get such a key."""
        kind = key if isinstance(key, fa.Nothing) else fa.key_fact(key)
        if not isinstance(container, Dict) or self._stage < 2 and (kind == UNKNOWN or isinstance(kind, fa.Nothing)):
            return
        for site in container.sites:
            before = self._keys.get(site)
            after = _joined(before, kind, site)
            if after != before:
                self._keys[site] = after
                self.grown = True

    def _store_slot(self, site: str, key: Any, value: Fact) -> None:
        """Notes a store under a known key."""
        slots = self._slots.setdefault(site, {})
        after = _joined(slots.get(key), self._cut(value, site), (site, key))
        if key not in slots or after != slots[key]:
            slots[key] = after
            self.grown = True

    def _cut(self, fact: Fact, site: str) -> Fact:
        """What is stored in an object: of others that are made at its site, which may hold it, no more than that.

        What is known of them is asked again when they are read.
        """

        def shortened(held: List | Dict) -> Fact:
            if site not in held.sites or _class(held) in (list, dict):
                return held
            self.grown = self.grown or any(s not in self._stored for s in held.sites)
            self._stored.update((s, None) for s in held.sites if s not in self._stored)
            self._linked |= held.sites
            return Dict(None, UNKNOWN, held.sites, _class(held), absent=held.absent)

        inner = _inside(fact, shortened)
        return shortened(inner) if isinstance(inner, (List, Dict)) else inner

    def left(self, given: Fact, after: Fact, changed: bool, changed_held: bool) -> None:
        """Notes that a function leaves a container it was given in another state: itself, or what it holds."""
        match given, after:
            case (List() | Dict(), List() | Dict()):
                if changed:
                    self._store(given, None)
                    for key, fact in _named(after) if _has_names(after) else [(None, after.element)]:
                        self._store(given, None if fact == fa.NOTHING else fact, key)
                    self._store_key(given, getattr(after, "keys", UNKNOWN))
                if changed_held:
                    self._left_inside(given, after)
            case Tuple(items=items), Tuple(items=others) if len(items) == len(others):
                for item, other in zip(items, others, strict=True):
                    self.left(item, other, changed_held, changed_held)
            case _:
                self.lose(given)

    def _left_inside(self, given: List | Dict, after: List | Dict) -> None:
        """Notes the same of all that a container holds."""
        others = dict(_named(after))
        for key, item in _named(given):
            self.left(item, others.get(key, after.element), True, True)
        if not _has_names(given):
            self.left(given.element, after.element, True, True)

    def lose(self, fact: Fact) -> None:
        """Notes that anything may be stored in a value from here on: a call received it, or a function that does."""
        match fact:
            case List(sites=sites, element=element) | Dict(sites=sites, element=element):
                if sites:
                    self._store(fact, UNKNOWN)
                    self._store_key(fact, UNKNOWN)
                self.lose(element)
            case Tuple(items=items):
                for item in items:
                    self.lose(item)


def lost(fact: List | Dict) -> Fact:
    """What is known of a container in which anything may be stored."""
    without = replace(fact, items=None, element=UNKNOWN)
    return replace(without, keys=UNKNOWN) if isinstance(without, Dict) else without


def _named(fact: List | Dict) -> list[tuple[Any, Fact]]:
    """The items of a container that are known one by one."""
    if isinstance(fact, List):
        return list(enumerate(fact.items or ()))
    return list((fact.slots if fact.items is None else fact.items) or ())


def _has_names(fact: List | Dict) -> bool:
    """Whether nothing is stored in a container but under names, as in an object or a cell."""
    if isinstance(fact, List):
        return False
    return fact.type is not dict or bool(_named(fact)) and all(isinstance(key, Variable) for key, _ in _named(fact))


def _inside(fact: Fact, changed: Callable[[List | Dict], Fact]) -> Fact:
    """The fact with other facts of all containers that it holds, the innermost first."""

    def inner(held: Fact) -> Fact:
        new = _inside(held, changed)
        return changed(new) if isinstance(new, (List, Dict)) else new

    match fact:
        case Tuple(items=items):
            return replace(fact, items=tuple(map(inner, items)))
        case List(items=items, element=element):
            known = None if items is None else tuple(map(inner, items))
            return replace(fact, items=known, element=fa.join_all(known) if known else inner(element))
        case Dict(items=items, slots=slots, element=element):
            named, kept = (None if part is None else tuple((k, inner(f)) for k, f in part) for part in (items, slots))
            return replace(
                fact, items=named, slots=kept, element=fa.join_all(f for _, f in named) if named else inner(element)
            )
    return fact


def _sites_inside(fact: Fact) -> dict[type, frozenset[str]]:
    """The sites of all containers that a value holds, by their classes."""
    found: dict[type, frozenset[str]] = {}

    def note(container: List | Dict) -> Fact:
        kind = _class(container)
        found[kind] = found.get(kind, frozenset()) | container.sites
        return container

    _inside(fact, note)
    return found


def _class(container: List | Dict) -> type:
    return container.type if isinstance(container, Dict) else list


def _any_of(container: Fact, items: Sequence[Fact], path: str) -> Fact:
    """What fits each of these items of an argument, which are containers that may be changed."""
    if not any(map(holds_container, items)):
        return container.element  # type: ignore[attr-defined]
    return fa.with_own_axes(fa.join_all(items), f"{path} item")


def is_item(operands: list[Fact]) -> bool:
    """Whether `c[i] = v` certainly stores one item, and not a slice of a list."""
    container, index = operands[:2]
    if isinstance(container, List):
        return isinstance(index, Number) or isinstance(index, Known) and isinstance(index.value, int)
    return isinstance(container, (Dict, Array)) or isinstance(index, Known) and not isinstance(index.value, slice)


def _is_harmless(step: Step) -> bool:
    """Whether a method only reads its receiver, which may be a list or dict."""
    return isinstance(step.callee, Method) and step.callee.name in effects.READING_METHODS


def _joined(before: Fact | None, value: Fact, site: Any) -> Fact:
    """What is stored in a container, with axes named after it, so that equal stores give equal facts."""
    if depth(value) > _DEPTH:
        return UNKNOWN  # what holds itself would be known a level deeper on each pass
    value = fa.with_own_axes(_to_be_filled(value), site)
    return value if before is None else fa.with_own_axes(fa.join(before, value), site)


def _to_be_filled(fact: Fact) -> Fact:
    """The fact with nothing known of the items of empty lists, which other facts of the same lists will tell."""
    emptied = _inside(fact, _filled_later)
    return _filled_later(emptied) if isinstance(emptied, List) else emptied


def _filled_later(container: List | Dict) -> Fact:
    return (
        replace(container, element=fa.NOTHING) if isinstance(container, List) and container.items == () else container
    )


def holds_container(fact: Fact) -> bool:
    """Whether a value is, or may hold, a list or dict."""
    match fact:
        case List() | Dict():
            return True
        case Tuple(items=items):
            return any(map(holds_container, items))
    return False


_DEPTH = 6
"""How deep the structure of what is stored is known."""


def depth(fact: Fact) -> int:
    """How many containers a value is that hold each other.

    >>> depth(fa.FLOAT), depth(Tuple((fa.FLOAT, Tuple(()))))
    (0, 2)
    """
    match fact:
        case Tuple(items=items):
            inner: tuple[Fact, ...] = items
        case List(items=items, element=element):
            inner = (element, *(items or ()))
        case Dict(items=items, element=element, slots=slots):
            inner = (element, *(f for _, f in (*(items or ()), *(slots or ()))))
        case _:
            return 0
    return 1 + max(map(depth, inner), default=0)
