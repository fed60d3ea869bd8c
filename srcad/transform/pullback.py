"""The pair of programs of a pullback that the user calls: for the value, and for the cotangents of the arguments.

Guarantee: as for the lists of both sweeps (see `reverse.repeatable`); the second program, and the one for a batch of
cotangents, is finished like that of a gradient.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from srcad.facts import Fact
from srcad.transform.batching import NotBatchedError, batched
from srcad.transform.emit import Program, emit
from srcad.transform.helpers import Specialised
from srcad.transform.managers import Lower, with_managers
from srcad.transform.pipeline import (
    DerivedPair,
    describe,
    identifier,
    lowered,
    refuse_generator,
    specialised_alone,
)
from srcad.transform.reverse import Sweeps, make_sweeps
from srcad.transform.reverse.repeatable import repeatable_pair
from srcad.transform.simplify import (
    accumulate_in_place,
    bring_together,
    define_copied,
    own_results,
    remove_copies,
    store_zeros_late,
)
from srcad.wengert import Function


def derive_pullback(
    function: Function, facts: Mapping[str, Fact], wrt: tuple[str, ...], has_aux: bool, in_batches: bool = False
) -> DerivedPair:
    """The pair for a function that the user calls, and pulls cotangents of its result back through."""
    refuse_generator(function)

    def build(f: Function, lower: Lower) -> tuple[Specialised, Sweeps]:
        found = specialised_alone(f, facts, lower)
        return found, make_sweeps(found, wrt, lower, {}, has_aux=has_aux, is_called=True)

    specialised, parts = with_managers(function, lowered, build)
    pair = repeatable_pair(parts, wrt, identifier(function.name))
    forward = replace(define_copied(pair.forward), doc=describe(function, facts, "Forward sweep", wrt))
    backward = _pullback(pair.backward, pair.facts, describe(function, facts, "Pullback", wrt))
    batch = None
    if in_batches:
        try:
            of_many = batched(pair.backward, pair.facts, ("d_out",), None)
            batch = _pullback(*of_many, describe(function, facts, "Pullback of a batch", wrt))
        except NotBatchedError:
            batch = None
    return DerivedPair(specialised.function, emit(forward), backward, wrt, parts.written, pair.restored, batch)


def _pullback(function: Function, facts: Mapping[str, Fact], doc: str) -> Program:
    """The last stages of a backward function."""
    known = dict(facts)
    backward = bring_together(remove_copies(store_zeros_late(function, known), known), known)
    backward = accumulate_in_place(backward, known)
    return emit(replace(define_copied(own_results(backward, known)), doc=doc))
