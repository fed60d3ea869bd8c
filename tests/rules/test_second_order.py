"""The bodies of rules are programs that srcad differentiates: lowered without complaint, and right at second order.

The partial derivatives of each elementwise primitive are differentiated by srcad and compared with central
differences of the partial derivatives.
"""

from __future__ import annotations

import numpy as np
import pytest
from rules.registered import primitives

import srcad
from srcad.rules.testing import describe, in_double, inner, is_active, moved, random_like
from srcad.transform.lower import lower
from srcad.wengert import callee_name

RULES = {entry.rule.body: entry for entry in primitives() if entry.rule is not None and not entry.writes}


@pytest.mark.parametrize("body", RULES, ids=[callee_name(entry.callee) for entry in RULES.values()])
def test_a_body_is_in_the_supported_language(body):
    lower(body)


def weighted_partials(entry, weight):
    """The function from the arguments of an elementwise primitive to the sum of its partial derivatives."""
    primitive, body = entry.callee, entry.rule.body
    if len(entry.rule.parameters.names) == 1:

        def of_one(x):
            return np.sum(weight * body(primitive(x), x))

        return of_one
    if len(entry.rule.wrt) == 1:

        def first(x, y):
            return np.sum(weight * body(primitive(x, y), x, y))

        return first

    def of_two(x, y):
        d_x, d_y = body(primitive(x, y), x, y)
        return np.sum(weight * d_x) + 0.7 * np.sum(weight * d_y)

    return of_two


def smooth_samples(entry):
    """The samples with finite real arguments, all of which are given."""
    for one in entry.samples:
        args = in_double(one.args)
        real = all(arg is not None and not np.iscomplexobj(arg) and np.all(np.isfinite(arg)) for arg in args)
        if not real or one.kwargs or len(args) != len(entry.rule.parameters.names):
            continue
        yield one, args


PARTIALS = [entry for entry in RULES.values() if entry.rule.form == "partials" and len(entry.rule.parameters.names) < 3]


@pytest.mark.parametrize("entry", PARTIALS, ids=[callee_name(entry.callee) for entry in PARTIALS])
def test_partials_are_right_at_second_order(entry):
    for number, (one, args) in enumerate(smooth_samples(entry)):
        names = entry.rule.parameters.names
        active = tuple(i for i, arg in enumerate(args) if is_active(arg) and names[i] in entry.rule.wrt)
        rng = np.random.default_rng(number)
        weight = rng.uniform(0.5, 1.5, np.broadcast_shapes(*map(np.shape, args)))
        function = weighted_partials(entry, weight)
        if not active or np.iscomplexobj(function(*args)):
            continue
        gradients = srcad.grad(function, argnums=active)(*args)
        directions = [random_like(args[i], rng) for i in active]
        ends = []
        for step in (1e-6, -1e-6):
            changed = dict(zip(active, directions, strict=True))
            ends.append(function(*(moved(a, changed[i], step) if i in changed else a for i, a in enumerate(args))))
        want = (ends[0] - ends[1]) / 2e-6
        have = sum(inner(d, t) for d, t in zip(gradients, directions, strict=True))
        assert abs(have - want) <= 1e-5 * max(1.0, abs(want)), f"{describe(entry, one)}: {have}, differences {want}"
