"""Nested functions that share variables with the function around them: late binding, `nonlocal`, state."""

import functools

import numpy as np
import pytest
from programs.checking import Programs, check, refused

from srcad import grad, value_and_grad

V = np.array([0.3, -1.1, 0.7, 1.9])
programs = Programs()


# --------------------------------------------------------------------------------------------- late binding


@programs.on((1.5,))
def late_binding(x):
    k = x

    def inner(y):
        return k * y

    a = inner(2.0)
    k = x * x
    return a * inner(3.0)


@programs.on((1.5,))
def assigned_after_the_function(x):
    def inner(y):
        return k * y

    k = x * x
    return inner(x)


@programs.on((V,))
def function_of_a_loop_variable(x):
    total = 0.0
    f = lambda v: a * v
    for a in x:
        total = total + f(a * a)
    return total * f(1.0)


@programs.on((V,))
def function_made_in_each_trip(x):
    total = 0.0
    for i in range(3):
        a = x[i] * x[i]
        f = lambda v: a * v + i
        total = total + f(x[i])
        a = a * x[3]
        total = total * f(x[0])
    return total


@programs.on((V, 1), (V, 5))
def the_parameter_changes(x, n):
    def f(v):
        return np.sum(x * v)

    total = f(2.0)
    for _ in range(n):
        x = x * x
        total = total + f(x)
    return total * f(0.5)


@programs.on((0.8,), (-0.8,))
def changed_in_a_branch(x):
    k = x

    def f(v):
        return k * v

    if x > 0:
        k = np.sin(k)
    else:
        k = k * f(k)
    return f(x) * k


@programs.on((1.2,))
def default_argument_fixes_the_value(x):
    k = x
    f = lambda v, k=k: k * v
    g = lambda v: k * v
    k = k * k
    return f(x) + 2.0 * g(x)


@programs.on((V,))
def deleted_and_assigned_again(x):
    k = x * 2.0

    def f():
        return np.sum(k * k)

    a = f()
    del k
    k = x * a
    return f()


@programs.on((V,))
def comprehension_variable(x):
    k = 1.0
    f = lambda v: k * v
    parts = [f(v) for v in x]
    k = x[0]
    return sum(f(k) * p for k, p in enumerate(parts)) + f(k)


# -------------------------------------------------------------------------------------------------- nonlocal


@programs.on((V,), (V[:0],))
def counter(x):
    total = 0.0

    def add(v):
        nonlocal total
        total = total + v * v

    for v in x:
        add(v)
    return total


@programs.on((V, 0.5), (V, -3.0))
def counter_with_branches(x, limit):
    total, skipped = 0.0, 0

    def add(v):
        nonlocal total, skipped
        if v < limit:
            skipped += 1
            return total
        total += v * v * skipped
        return total * v

    result = 0.0
    for v in x:
        result += add(v)
        if skipped > 2:
            break
    return result + total


@programs.on((1.1, 4), (1.1, 0))
def state_in_the_test_of_while(x, n):
    steps, value = 0, x

    def advance():
        nonlocal steps, value
        steps += 1
        value = value * x
        return steps <= n

    total = 0.0
    while advance():
        if steps == 3:
            total = total * value
            continue
        total = total + value
    return total + value


@programs.on((1.1, 2), (1.1, 9))
def state_in_the_test_of_while_left_by_break(x, n):
    steps, value = 0, x

    def advance():
        nonlocal steps, value
        steps += 1
        value = value * x
        return steps < 5

    while advance():
        if steps == n:
            break
    else:
        value = value * value
    return value * steps


@programs.on((V,))
def two_functions_share(x):
    state = x * 1.0
    log = 0.0

    def push(v):
        nonlocal state
        state = np.tanh(state * v)
        note()

    def note():
        nonlocal log
        log = log + np.sum(state)

    for i in range(3):
        push(x[i])
    return log * state[0]


@programs.on((V,))
def through_a_function_between(x):
    total = x[0]

    def outer(v):
        scale = v

        def inner(w):
            nonlocal total, scale
            scale = scale * w
            total = total + scale

        inner(v)
        inner(total)
        return scale

    return outer(x[1]) * outer(x[2]) * total


def make_accumulator(start):
    total = start

    def add(v):
        nonlocal total
        total = total + v * total
        return total

    return add


@programs.on((V,))
def returned_by_a_helper(x):
    first, second = make_accumulator(x[0]), make_accumulator(x[1])
    for v in x:
        first(v)
        second(v * first(v))
    return first(1.0) * second(2.0)


def make_accumulator_of(x):
    add = make_accumulator(x[0])
    return add(x[1]) * add(x[2])


@programs.on((V,))
def array_written_in_place(x):
    buffer = np.zeros(3)

    def put(i, v):
        nonlocal buffer
        buffer[i] = v
        if i == 1:
            buffer = buffer * v

    for i in range(3):
        put(i, x[i] * x[3])
    return np.sum(buffer**2)


@programs.on((1.3,))
def decorated_with_a_counter(x):
    calls = 0

    def counted(f):
        @functools.wraps(f)
        def wrapper(v):
            nonlocal calls
            calls += 1
            return f(v) * calls

        return wrapper

    square = counted(lambda v: v * v)
    return square(x) + square(x * 2.0) * calls


def make_pair(start):
    value = start

    def get():
        return value

    def change(by):
        nonlocal value
        value = value * by

    return get, change, start


@programs.on((V,))
def pair_of_functions(x):
    get, change, start = make_pair(x[0])
    functions = make_pair(x[1])
    for v in x:
        change(v + get())
        functions[1](v * functions[0]())
    return get() * start + functions[0]()


@programs.on((V,))
def object_of_functions(x):
    def make(start):
        value, calls = start, 0

        def change(by):
            nonlocal value, calls
            calls += 1
            value = value * by + calls

        return {"get": lambda: value, "change": change, "twice": [change, change]}

    a, b = make(x[0]), make(x[1])
    for v in x:
        a["change"](v)
        b["twice"][1](a["get"]() * v)
        b["twice"][0](v)
    return a["get"]() * b["get"]()


@programs.on((V,))
def memo_of_the_last_value(x):
    last = None

    def smooth(v):
        nonlocal last
        last = v if last is None else 0.5 * last + v
        return last

    return smooth(x[0]) + smooth(x[1]) * smooth(x[2])


@programs.on((V,))
def passed_to_a_helper(x):
    best = -np.inf

    def visit(v):
        nonlocal best
        if v > best:
            best = v

    def each(f, values):
        for v in values:
            f(v * v)

    each(visit, x)
    return best


@programs.on((V,))
def assigned_first_in_the_nested_function(x):
    result = None

    def solve():
        nonlocal result
        result = x * x

    solve()
    return np.sum(result * x)


@programs.on((V,))
def conditional_state(x):
    def begin():
        nonlocal state
        state = x[0]

    for i in range(3):
        if i == 0:
            state = None
            begin()
        else:
            state = state * x[i]
    return state


# ---------------------------------------------------------------------------- containers of the user's own


@programs.on((1.3,))
def list_as_a_cell(x):
    total = [0.0, x]

    def add(v):
        total[0] += v * total[-1]

    for i in range(4):
        add(x * i)
        if i == 2:
            total[1] = total[0]
    return total[0]


@programs.on((V,))
def dict_as_state(x):
    state = {"position": x[0], "velocity": x[1]}

    def step(h):
        state["position"] = state["position"] + h * state["velocity"]
        state["velocity"] = state["velocity"] - h * state["position"]

    for _ in range(5):
        step(x[2])
    return state["position"] * x[3]


@programs.on((V,))
def dict_filled_later(x):
    memory = {}
    memory["a"] = x[0]
    for v in x:
        memory["b"] = memory["a"] * v
        memory["a"] = memory["b"] + v
    return memory["a"]


@programs.on((V,))
def second_name(x):
    a = [x[0], 1.0]
    b = a
    b[0] = a[0] * x[1]
    a[1] = b[0]
    return a[1] * b[0]


@programs.on((V, 0), (V, 3))
def made_in_each_trip(x, n):
    total = 0.0
    for i in range(n):
        pair = [total, x[i]]
        if i != 1:
            pair[0] = pair[1] * pair[1]
        total = total + pair[0]
    return total


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def test_the_cells_are_gone():
    for function in (counter, make_accumulator_of):
        source = value_and_grad(function).source_for(V)
        assert "cell" not in source and "'total'" not in source and "def add" not in source


def test_an_unassigned_variable_is_what_python_says_it_is():
    def sometimes(x):
        def f():
            return k * x

        if x < 0:
            k = 2.0
        return f()

    def certainly(x):
        def f():
            return k * x

        a = f()
        k = 2.0
        return a

    assert value_and_grad(sometimes)(-1.0) == (-2.0, 2.0)
    with pytest.raises(NameError, match="k"):
        certainly(1.0)
    with pytest.raises(NameError, match="k"):
        value_and_grad(certainly)(1.0)


def test_a_missing_entry_is_a_key_error():
    def f(x):
        d = {}
        if x > 0:
            d["a"] = x * x
        return d["a"]

    assert grad(f)(3.0) == 6.0
    with pytest.raises(KeyError):
        grad(f)(-3.0)


def test_a_variable_outside_is_not_assigned():
    count = 0

    def f(x):
        nonlocal count
        count += 1
        return x * x

    refused(f, (1.5,), "nonlocal count")


# -------------------------------------------------------------- functions that are called where it is not seen


def merged(x, flag):
    sizes = [2]

    def grow(v):
        sizes[0] = 3
        return v

    h = grow if flag > 0 else abs
    h(1)
    return x * x if sizes[0] == 2 else x


def in_a_list(x, flag):
    size = 2

    def grow(v):
        nonlocal size
        size = 3
        return v

    def through(v):
        return grow(v)

    [through, abs][int(flag)](1)
    return x * x if size == 2 else x


def inside_another(x, flag):
    sizes = [2]

    def grow(v):
        def inner():
            sizes.append(v)

        inner()
        return v

    [grow, abs][int(flag)](1)
    return x * x if len(sizes) == 1 else x


def mapped(x, flag):
    size = 2

    def grow(v):
        nonlocal size
        size = v + flag
        return v

    list(np.frompyfunc(grow, 1, 1)([1]))
    return x * x if size == 2 else x


@pytest.mark.parametrize("function", [merged, in_a_list, inside_another, mapped], ids=lambda f: f.__name__)
def test_what_an_unknown_call_changes_is_not_taken_to_be_unchanged(function):
    for flag in (0.0, 1.0):
        refused(function, (1.3, flag), "changes what it captured")


def test_a_function_left_as_it_is_may_change_what_is_its_own():
    def f(x):
        def count(v):
            n = 0

            def more():
                nonlocal n
                n += v

            more()
            more()
            return n

        return x * x if list(map(count, [1, 2])) == [2, 4] else x

    check(f, (1.3,))
