"""Control flow: the list of a function does what the function does, on every path."""

# ruff: noqa: F821, F841 (functions as users write them, right or wrong)

import itertools

import numpy as np
import pytest

from srcad.transform.lower import lower
from srcad.wengert import Branch, ForLoop, WhileLoop, walk
from tests.interpreter import agrees, run


def if_elif_else(x):
    if x > 2:
        y = x * 2
    elif x > 0:
        y = x + 1
    else:
        y = -x
    return y


def early_returns(x):
    if x < 0:
        return "negative"
    y = x + 1
    if x > 3:
        if x > 5:
            return y
    else:
        y = y * 10
    return y - 1


def return_nested_deeper(x):
    if x > 0:
        y = 1
        if x > 1:
            y = 2
            if x > 2:
                return "deep"
            y = 3
        y = y + 10
    else:
        y = 5
        if x < -2:
            return "low"
    y += 100
    return y


def both_arms_return(x):
    if x > 0:
        return 1
    else:
        return 2
    return 3


def falls_off_the_end(x):
    if x > 0:
        return x


def bare_return(x):
    if x > 0:
        return
    return x


def raises_in_an_arm(x):
    if x > 2:
        raise ValueError("large")
    elif x > 0:
        y = x
    else:
        y = 0
    return y * 2


def raises_at_last(x):
    if x > 0:
        return x
    raise KeyError(x)


def all_arms_raise(x):
    if x > 0:
        raise KeyError(x)
    else:
        raise ValueError(x)


def unbound_on_a_path(x):
    if x > 0:
        y = 1
    return y


def unbound_but_not_read(x):
    if x > 0:
        y = 1
    if x > 0:
        return y
    return 0


def for_break_else(n):
    for i in range(n):
        if i == 3:
            r = "broke"
            break
    else:
        r = "else"
    return r, n


def for_else_returns(n):
    for i in range(n):
        if i == 3:
            break
    else:
        return "else"
    return i


def for_else_both_leave(n):
    for i in range(n):
        if i == 3:
            break
        if i == 2 and n == 3:
            return "inside"
    else:
        return "else"
    return i


def for_else_without_break(n):
    total = 0
    for i in range(n):
        total += i
    else:
        total += 100
    return total


def continue_in_for(n):
    total = 0
    for i in range(n):
        if i % 2:
            continue
        total += i
    return total


def continue_deep(n):
    seen = []
    for i in range(n):
        if i > 1:
            if i % 2:
                seen.append(-i)
                continue
            seen.append(i)
        seen.append(100)
    return seen


def continue_in_while(n):
    i = total = 0
    while i < n:
        i += 1
        if i % 3 == 0:
            continue
        total += i
    else:
        total += 1000
    return total, i


def break_and_continue(n):
    out = []
    for i in range(10):
        if i == n:
            break
        elif i % 2:
            continue
        out.append(i)
    return out, i


def while_true(n):
    i = 0
    while True:
        i += 1
        if i > n:
            break
    return i


def while_true_return(n):
    i = 0
    while True:
        i += 1
        if i > n:
            return i * 2


def while_one_both(n):
    i = 0
    while 1:
        i += 1
        if i == 4:
            break
        if i > n:
            return -i
    else:
        return "never"
    return i


def while_break_else(n):
    i = 0
    while i < n:
        if i == 3:
            break
        i += 1
    else:
        i = -i
    return i


def nested_break_else(n):
    log = []
    for i in range(n):
        for j in range(n):
            if j > i:
                break
            if i * j == 6:
                log.append("found")
                break
        else:
            log.append(("inner else", i))
            continue
        log.append((i, j))
        if len(log) > 4:
            break
    else:
        log.append("outer else")
    return log


def else_breaks_outer(n):
    log = []
    for i in range(5):
        for j in range(i):
            if j == n:
                break
        else:
            if i > n:
                break
            continue
        log.append((i, j))
    return log, i


def return_from_three_loops(n):
    count = 0
    for i in range(4):
        for j in range(4):
            k = 0
            while k < 4:
                count += 1
                if i * 16 + j * 4 + k == n:
                    return i, j, k, count
                k += 1
            if j == 2:
                continue
            count += 100
        else:
            count += 1000
    return count


def return_in_while_with_else(n):
    i = 0
    while i < 5:
        i += 1
        if i == n:
            return i
        if i == n + 3:
            break
    else:
        return "else"
    return "broke", i


def loop_variable_after(n):
    i = "none"
    for i in range(n):
        pass
    return i


def loop_variable_unbound(n):
    for i in range(n):
        pass
    return i


def loop_variable_reassigned(n):
    total = 0
    for i in range(n):
        i = i * 2
        total += i
    return total, n and i


def previous_trip(n):
    out = []
    for i in range(n):
        if i > 0:
            out.append(previous)
        previous = i * i
    return out


def swaps_in_a_loop(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a, b


def tuple_targets(n):
    out = 0
    for i, (a, b) in enumerate(zip(range(n), range(n, 2 * n))):
        out += i * a - b
    return out


def stores_in_targets(n):
    x = [0] * 5
    for x[2], x[0] in [(1, 2), (3, 4)][:n]:
        x.append(list(x))
    return x


def always_breaks(n):
    for i in range(n):
        j = i + 1
        break
    else:
        j = 7
    return j


def always_returns_in_loop(n):
    for i in range(n):
        return i
    return "empty"


def raises_in_loop(n):
    for i in range(n):
        raise ValueError(i)
    return n


def conditional_raise_in_loop(n):
    t = 0
    for i in range(n):
        if i == 3:
            raise ValueError(i)
        t += i
    return t


def dead_code(n):
    return n
    n = n + 1
    return n


def break_then_dead(n):
    for i in range(n):
        break
        n = 100
    return n


def deleted(n):
    a = n
    for i in range(n):
        b = a + i
        a = b
        del b
    return a


def walrus_while(n):
    values = iter(range(n))
    total = 0
    while (v := next(values, None)) is not None:
        if v == 1:
            continue
        if v == 4:
            break
        total += v
    return total, v


def walrus_while_else(n):
    i = 0
    while (j := i * i) < n:
        i += 1
        if i == 3:
            break
    else:
        i = -i
    return i, j


def assigned_in_returning_arm(n):
    x = 1
    for i in range(n):
        if i == 3:
            x = 5
            return x
        if i == 2 and n == 3:
            x = 7
            break
    return x


def zero_trips(n):
    x = n
    for _ in range(0):
        x = x + 1
    while x < 0:
        x += 1
    return x


def long_if_chain(n):
    if n == 0:
        return "a"
    if n == 1:
        r = "b"
    elif n == 2:
        r = "c"
        if r:
            return r
    elif n == 3:
        raise KeyError(n)
    else:
        r = "d"
    if n == 5:
        return r + "5"
    return r


FUNCTIONS = [f for f in list(globals().values()) if getattr(f, "__module__", None) == __name__ and callable(f)]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_does_what_the_function_does(function):
    for n in range(-4 if function in (if_elif_else, early_returns, return_nested_deeper) else 0, 9):
        agrees(function, n)
    if function is return_from_three_loops:
        for n in range(9, 70, 7):
            agrees(function, n)


def test_a_loop_carries_only_what_is_needed():
    loops = [n for n in walk(lower(continue_in_for).body) if isinstance(n, ForLoop)]
    assert [[c.name for c in loop.carried] for loop in loops] == [["total.1"]]
    (loop,) = [n for n in walk(lower(while_true).body) if isinstance(n, WhileLoop)]
    assert loop.until == "stopped" and [c.name for c in loop.carried] == ["i.1"]


def test_break_is_a_merge_of_constants():
    (branch,) = [n for n in walk(lower(while_true).body) if isinstance(n, Branch)]
    assert [(m.target, m.then.value, m.orelse.value) for m in branch.merges] == [("stopped", True, False)]


def test_early_returns_nest_without_flags():
    text = str(lower(early_returns))
    assert "returned" in text  # the return deeper in an arm that may fall through
    assert "returned" not in str(lower(if_elif_else)) + str(lower(falls_off_the_end)) + str(lower(raises_at_last))


def generated(choices):
    """The source of a function that nests loops, exits and assignments as the numbers say."""
    pick = iter(itertools.chain(choices, itertools.repeat(0)))
    count = itertools.count()

    def block(depth, loops, indent):
        pad = "    " * indent
        for _ in range(1 + next(pick) % 3):
            kind = next(pick) % (9 if depth else 4)
            if kind < 3:
                yield f"{pad}{'abc'[kind]} = a * 3 + {next(count)} - b + c % 7"
            elif kind == 3:
                leaves = ["return (a, b, c)"] + ["break", "continue"] * bool(loops)
                yield f"{pad}if tick(a + {next(count)}) % {2 + next(pick) % 3} == 0:"
                yield f"{pad}    {leaves[next(pick) % len(leaves)]}"
            elif kind < 6:
                yield f"{pad}if tick(b) % {2 + next(pick) % 2}:"
                yield from block(depth - 1, loops, indent + 1)
                if kind == 5:
                    yield f"{pad}else:"
                    yield from block(depth - 1, loops, indent + 1)
            else:
                i = f"i{next(count)}"
                if kind == 8:
                    yield f"{pad}{i} = 0"
                    yield f"{pad}while {i} < {next(pick) % 4}:"
                    yield f"{pad}    {i} += 1"
                else:
                    yield f"{pad}for {i} in range({next(pick) % 4}):"
                yield from block(depth - 1, loops + 1, indent + 1)
                if kind == 7:
                    yield f"{pad}else:"
                    yield from block(depth - 1, loops, indent + 1)
                    yield f"{pad}c = c + {next(count)}"

    return "def f(a, b, c):\n" + "\n".join(block(4, 0, 1)) + "\n    return a - b, c\n"


@pytest.mark.parametrize("seed", range(150))
def test_random_programs(seed, define):
    random = np.random.default_rng(seed)
    calls = []

    def tick(v):
        calls.append(v)
        if len(calls) % 500 == 499:
            raise OverflowError
        return v * 7 + len(calls)

    f = define(generated(random.integers(0, 1000, 120).tolist()), tick=tick)["f"]
    for args in [(1, 2, 3), (0, 5, -4), (-3, 1, 10)]:
        lowered = lower(f)
        results = []
        for g in (f, lambda *a: run(lowered, *a)):
            calls.clear()
            try:
                results.append((g(*args), tuple(calls)))
            except OverflowError:
                results.append(tuple(calls))
        assert results[0] == results[1]
