"""Checkpointed loops: derivatives of the loop itself, no more states than slots, no more trips than must be."""

import functools
import tracemalloc

import numpy as np
import pytest

import srcad
from srcad import check_grads, checkpointed, grad, revolve, value_and_grad, vjp

X = np.array([1.0, 2.0, -1.0])


# ---------------------------------------------------------------------------------------------- the schedule


@functools.cache
def least(trips, slots):
    """The fewest trips by trying every place for the next state: Bellman's equation, with one slot taken already."""
    if trips <= 1:
        return 0
    if slots == 1:
        return trips * (trips - 1) // 2
    return min(m + least(m, slots) + least(trips - m, slots - 1) for m in range(1, trips))


@pytest.mark.parametrize("slots", [1, 2, 3, 5, 8])
def test_trips_and_states_of_the_schedule(slots):
    for trips in (0, 1, 2, 3, 4, 7, 10, 15, 31, 60):
        ran, most = [], []

        def step(state, item, ran=ran):
            assert state == item
            ran.append(item)
            return (state + 1,)

        (last,), states = revolve.advance(step, range(trips), slots, (0,), ())
        assert last == trips
        keep = states.keep

        def counted(place, state, end, kept, keep=keep, most=most):
            found = keep(place, state, end, kept)
            most.append(len(kept))
            return found

        states.keep = counted
        for _ in range(2):
            seen = []

            def pull(state, item, d, seen=seen):
                assert state == item
                seen.append(item)
                return d, ()

            assert revolve.retreat(pull, states, (1.0,), ()) == ((1.0,), ())
            assert seen == list(reversed(range(trips)))
        assert max([len(states.kept), *most]) <= slots
        assert revolve.fewest(trips, slots) == least(trips, slots)
        # the last trip of the forward sweep gives the result; the second reversal starts from the first state
        assert len(ran) == (2 * least(trips, slots) + 1 if trips else 0)


def test_the_bound_of_griewank_and_walther():
    assert revolve.reach(20, 5) < 100_000 <= revolve.reach(20, 6)
    assert revolve.repeats_for(100_000, 20) == 6
    assert revolve.fewest(100_000, 20) == 6 * 100_000 - revolve.reach(21, 5)


def test_no_slots_are_refused():
    with pytest.raises(TypeError, match="0 slots"):
        grad(oscillator, 0)(X, 0.5, 4, 0)


# ------------------------------------------------------------------------------------------------- programs


def oscillator(x, r, n, k):
    y = x
    v = x * 0.0
    for t in checkpointed(range(n), slots=k):
        v = v * 0.9 + np.sin(y) * r
        if t % 2:
            y = y + v * 0.1
        else:
            y = y - v * 0.1
    return np.sum(y * y)


def one_number(x, r, n, k):
    s = x[0]
    for _ in checkpointed(range(n), k):
        s = s * r + np.sin(s)
    return s


def over_a_list(x, r, n, k):
    y = x
    for scale in checkpointed([0.5, 2.0, 1.5][:n], slots=k):
        y = np.tanh(y * scale) * r
    return np.sum(y)


def with_a_helper_and_local_memory(x, r, n, k):
    y = x
    for i in checkpointed(range(n), slots=k):
        y = relaxed(y, r) + x * i
    return np.sum(y**2)


def relaxed(y, r):
    z = np.zeros(3)
    z[0] = y[0] * r
    for j in range(1, 3):
        z[j] = 0.5 * (y[j] + z[j - 1])
    return z


def with_an_inner_loop(x, r, n, k):
    y, count = x, 0
    for _ in checkpointed(range(n), slots=k):
        for w in (0.3, 0.6):
            y = y - w * r * np.cos(y)
        count += 1
    return np.sum(y) * count


def with_pairs(x, r, n, k):
    state = (x, r)
    for _ in checkpointed(range(n), slots=k):
        a, b = state
        state = (np.sin(a) * b, b * 0.9)
    return np.sum(state[0]) + state[1]


def nested(x, r, n, k):
    y = x
    for _ in checkpointed(range(n), slots=k):
        z = y
        for _ in checkpointed(range(3), slots=2):
            z = np.sin(z) * r + y
        y = z
    return np.sum(y)


def in_a_branch_beside_a_loop(x, r, n, k):
    y = x
    for _ in range(2):
        y = y * r
        if r > 0:
            for _ in checkpointed(range(n), slots=k):
                y = y + np.sin(y) * 0.1
    return np.sum(y * x)


def written_afterwards(x, r, n, k):
    y, z = x * 1.0, x * 2.0
    for _ in checkpointed(range(n), slots=k):
        y = np.sin(y) * z
    z[0] = y[1] * r
    return np.sum(y * z)


def written_before(x, r, n, k):
    y = np.zeros(3)
    y[:2] = x[1:] * r
    y = y.copy()
    for _ in checkpointed(range(n), slots=k):
        y = y * y[0] + x
    return np.sum(y)


PROGRAMS = [
    written_afterwards,
    written_before,
    oscillator,
    one_number,
    over_a_list,
    with_a_helper_and_local_memory,
    with_an_inner_loop,
    with_pairs,
    nested,
    in_a_branch_beside_a_loop,
]


@pytest.mark.parametrize("f", PROGRAMS)
@pytest.mark.parametrize(("n", "k"), [(0, 1), (1, 1), (3, 1), (3, 2), (9, 3), (4, 20)])
def test_derivatives_are_those_of_the_plain_loop(f, n, k):
    given = X.copy()
    value, _ = value_and_grad(f, (0, 1))(given, 0.7, n, k)
    assert value == f(X, 0.7, n, k)
    assert np.array_equal(given, X)
    check_grads(f, (X, 0.7, n, k))


def test_a_pullback_may_be_called_again():
    def f(x):
        y = x
        for _ in checkpointed(range(10), slots=3):
            y = y + 0.1 * np.sin(y) * x
        return y

    _, pull = vjp(f, X)
    first = [pull(e)[0] for e in np.eye(3)]
    assert all(np.array_equal(pull(e)[0], d) for e, d in zip(np.eye(3), first, strict=True))


def test_the_source_says_what_is_run():
    source = grad(oscillator, (0, 1)).source_for(X, 0.5, 10, 3)
    assert "def trip(v, y, t, r):" in source
    assert "revolve.advance(trip, range(n), k, (v, x), (r,))" in source
    assert "revolve.retreat(trip_pullback, states, " in source


def test_memory_grows_with_the_slots_and_not_with_the_trips():
    def f(x, n):
        y = x
        for _ in checkpointed(range(n), slots=4):
            y = np.sin(y) + x
        return np.sum(y)

    def peak(n):
        x = np.zeros(20_000)
        derivative = grad(f)
        derivative(x, 2)
        tracemalloc.start()
        try:
            derivative(x, n)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(60) < 1.3 * peak(10)


# -------------------------------------------------------------------------------------------- what is refused


def left_early(x):
    for _ in checkpointed(range(5), slots=2):
        x = x * x
        if np.sum(x) > 9.0:
            break
    return np.sum(x)


def writes_before(x):
    y = x * 1.0
    for i in checkpointed(range(3), slots=2):
        y[i] = y[i] * y[0]
    return np.sum(y)


def appends_before(x):
    found = []
    for i in checkpointed(range(3), slots=2):
        found.append(x[i] * x[0])
    return found[2]


def carries_what_was_written(x):
    y = np.zeros(3)
    y[:2] = x[1:]
    for _ in checkpointed(range(3), slots=2):
        y = y * y[0] + x
    return np.sum(y)


def draws(x):
    for _ in checkpointed(range(3), slots=2):
        x = x * np.random.normal()
    return np.sum(x)


def rows(x):
    total = 0.0
    for v in checkpointed(x, slots=2):
        total = total + v * total + v
    return total


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (left_early, "left early"),
        (writes_before, "writes to memory that was there before it"),
        (appends_before, "writes to memory that was there before it"),
        (carries_what_was_written, "shares memory with what is written elsewhere"),
        (draws, "must not happen twice: normal"),
        (rows, "the items of a checkpointed loop carry a derivative"),
    ],
)
def test_trips_that_are_no_function_of_a_state_are_refused(f, words):
    with pytest.raises(srcad.DifferentiationError, match=f"{words}(.|\n)*Instead:"):
        grad(f)(X)


def test_second_derivatives_are_refused():
    with pytest.raises(srcad.DifferentiationError, match="Instead:"):
        check_grads(oscillator, (X, 0.7, 3, 2), order=2)


def test_forward_mode_runs_the_loop_as_it_is():
    check_grads(oscillator, (X, 0.7, 5, 2), modes=("fwd", "rev"))
