"""Managers of one's own that are given active values: classes, generators, and what contextlib makes of objects."""

import contextlib
from dataclasses import dataclass

import numpy as np
import pytest
from programs.checking import Programs, check, refused

import srcad

V = np.array([0.5, -1.2, 2.0, -0.7])
programs = Programs()


class Net:
    """One layer whose weights may be swapped for a while."""

    def __init__(self, w):
        self.w = w

    def __call__(self, v):
        return np.sum(np.tanh(self.w * v))

    @contextlib.contextmanager
    def using(self, w):
        old = self.w
        self.w = w
        try:
            yield self
        finally:
            self.w = old

    @contextlib.contextmanager
    def scaled(self, by=2.0):
        self.w = self.w * by
        yield by * by
        self.w = self.w / by

    @staticmethod
    @contextlib.contextmanager
    def doubled(v):
        yield v + v


class Swapped:
    """Swaps the weights of a net, and swaps them back."""

    def __init__(self, net, w):
        self.net = net
        self.w = w

    def __enter__(self):
        self.old = self.net.w
        self.net.w = self.w
        return self

    def __exit__(self, kind, error, traceback):
        self.net.w = self.old


class Recorder:
    """Keeps what it is told."""

    def __enter__(self):
        self.loss = 0.0
        return self

    def add(self, term):
        self.loss = self.loss + term

    def __exit__(self, *details):
        self.loss = self.loss * self.loss
        return False


class Scaled:
    """Scales an array in place, and scales it back by another number when it is left."""

    def __init__(self, x, by):
        self.x, self.by = x, by

    def __enter__(self):
        self.x *= self.by
        return self.x

    def __exit__(self, *details):
        self.x *= self.by[0]


class Forgiving:
    """Swallows errors of a class; what it was given is there afterwards."""

    def __init__(self, kind, value):
        self.kind, self.value, self.failed = kind, value, False

    def __enter__(self):
        return self.value * self.value

    def __exit__(self, kind, error, traceback):
        if kind is not None and issubclass(kind, self.kind):
            self.value = self.value * 3.0
            self.failed = True
            return True
        self.value = self.value + 1.0
        return False


@contextlib.contextmanager
def doubled(x):
    yield x * 2


@contextlib.contextmanager
def buffer(n, start=0.0):
    made = np.zeros(n)
    made[0] = start
    yield made
    made[:] = made * start


@contextlib.contextmanager
def missing_as(default):
    try:
        yield default * default
    except KeyError:
        pass


@contextlib.contextmanager
def renamed_errors(x):
    try:
        yield np.sum(x)
    except ZeroDivisionError as error:
        raise ValueError("bad") from error


@contextlib.contextmanager
def one_of(flag, a, b):
    if flag:
        yield a * 2
    else:
        yield b


@contextlib.contextmanager
def nested_managers(a, b):
    with doubled(a) as c, doubled(b) as d:
        yield c, d


# ------------------------------------------------------------------------------------------------ classes


@programs.on((V,))
def weights_swapped(x):
    net = Net(x)
    with Swapped(net, x * x):
        inside = net(x)
    return inside * net(x)


@programs.on((V, 2), (V, 0))
def weights_swapped_in_a_loop(x, n):
    net = Net(x)
    total = x[0]
    for i in range(n):
        with Swapped(net, net.w * x[i]) as swap:
            total = total * net(x) + np.sum(swap.old)
            swap.old = swap.old * 1.1
    return total * net(x)


@programs.on((V,))
def state_read_afterwards(x):
    with Recorder() as record:
        record.add(np.sum(x * x))
        for v in x:
            record.add(v * record.loss)
    return record.loss * x[0]


@programs.on((V,))
def scaled_on_entry_and_exit(x):
    y = x * 1.0
    with Scaled(y, x) as z:
        total = np.sum(z * z)
        z[1:] += x[0]
    return total + np.sum(y * y * x)


@programs.on((V, 1), (V, 9))
def swallowed_by_a_class(x, i):
    y = x[0]
    manager = Forgiving(IndexError, x[1])
    with manager as squared:
        y = x[i] * squared
    return y * manager.value if manager.failed else y + manager.value


@programs.on((V, 1), (V, 9))
def return_out_of_what_may_be_swallowed(x, i):
    with Forgiving(IndexError, x[1]) as squared:
        return x[i] * squared * x[0]
    return np.sum(x * x)


@programs.on((V, 0), (V, 1), (V, 2), (V, 3))
def every_way_out(x, kind):
    net = Net(x)
    total = x[1]
    for i in range(4):
        with Swapped(net, x * total):
            if i == 1 and kind == 1:
                continue
            if i == 2 and kind == 2:
                break
            if i == 2 and kind == 3:
                return net(x) * total
            total = total + net(x) * x[i]
        total = total * np.sum(net.w)
    return total * net(x)


@dataclass
class Pair:
    a: float
    b: float

    def __enter__(self):
        self.a, self.b = self.b, self.a
        return self.a, self.b

    def __exit__(self, *details):
        self.a, self.b = self.b * self.a, self.a


@programs.on((1.5, -0.3))
def targets_of_every_kind(x, y):
    pair, c = Pair(x, y), [0.0, 1.0]
    with pair as (a, b):
        z = a * b + pair.a
    with pair as c[0]:
        z = z * c[0][0]
    with Pair(z, x) as pair.a:
        z = z + pair.a[1]
    return z * pair.b * x


@programs.on((1.5, -0.3, 1), (1.5, -0.3, 0))
def manager_chosen_by_a_test(x, y, n):
    first, second = Pair(x, y), Pair(y, x * y)
    if n:
        chosen = first
    else:
        chosen = second
    with chosen as (a, b):
        z = a * a * b
    return z * first.a + second.b


# --------------------------------------------------------------------------------------------- generators


@programs.on((1.5,))
def value_of_a_generator(x):
    with doubled(x) as y:
        z = y * x
        z = z * z
    return z * y


@programs.on((V,))
def method_of_an_object(x):
    net = Net(x)
    with net.using(x * x) as same:
        y = net(x)
        y = y * same(x * y)
    with net.scaled() as four:
        y = y * four * net(x)
    with net.scaled(by=x[0]) as square:
        y = y * square + net(x)
    return y * net(x)


@programs.on((V,))
def static_method_of_a_class(x):
    with Net.doubled(x) as y:
        z = y * x
    return np.sum(z * y)


@programs.on((V, 3), (V, 0))
def memory_of_a_generator(x, n):
    total = 0.0
    for i in range(n):
        with buffer(4, start=x[i]) as b:
            b[1:] = x[1:] * x[0]
            b += x
            total = total + np.sum(b * b)
        total = total + np.sum(b)
    return total


@programs.on((V, 0), (V, 1), (V, 2), (V, 3))
def every_way_out_of_a_generator(x, kind):
    net = Net(x)
    total = x[1]
    for i in range(4):
        with net.using(x * total):
            if i == 1 and kind == 1:
                continue
            if i == 2 and kind == 2:
                break
            if i == 2 and kind == 3:
                return net(x) * total
            total = total + net(x) * x[i]
        total = total * np.sum(net.w)
    return total * net(x)


@programs.on((1.5, {"a": 2.0}), (1.5, {}))
def swallowed_by_a_generator(x, d):
    y = x
    with missing_as(x) as square:
        y = square * d["a"] * x
    return y * x


@programs.on((1.5, {"a": 2.0}), (1.5, {}))
def return_out_of_a_generator(x, d):
    with missing_as(x) as square:
        return square * d["a"] * x
    return x * x


@programs.on((V, 2), (V, 0))
def error_that_becomes_another(x, n):
    y = x[0]
    try:
        with renamed_errors(x) as total:
            y = total * (1 / n)
    except ValueError:
        y = x[1] * x[2]
    return y * y


@programs.on((1.5, 0.4, True), (1.5, 0.4, False))
def one_of_two_yields(x, y, flag):
    with one_of(flag, x, y) as z:
        w = z * x
    return w * y


@programs.on((1.5, 0.4))
def managers_in_managers(x, y):
    with nested_managers(x, y) as (a, b), doubled(a) as c:
        z = a * b * c
        with doubled(z) as z:
            z = z * x
    return z * b


@programs.on((1.5,))
def generator_in_a_variable(x):
    manager = doubled(x * x)
    x = x * 3
    with manager as y:
        z = y * x
    return z


@programs.on((V,))
def nested_generator_function(x):
    factor = x[0]

    @contextlib.contextmanager
    def times(v):
        nonlocal factor
        factor = factor * v
        try:
            yield factor * x
        finally:
            factor = factor + 1.0

    total = 0.0
    for v in x:
        with times(v) as y:
            total = total + np.sum(y)
    return total * factor


def helper(x, y):
    with doubled(x) as z:
        for _ in range(3):
            z = np.sin(z) * y + x
        w = np.tanh(z * z)
    return w * y + np.cos(w)


@programs.on((V,))
def in_a_helper(x):
    total = 0.0
    for i in range(3):
        total = total + helper(x[i], x[i + 1]) * helper(x[i + 1], total)
    return total


@programs.on((V,))
def captured_by_a_closure(x):
    with doubled(x) as y:

        def inner(v):
            return np.sum(y * v)

        z = inner(x)
        y = y * x
    return z * inner(y)


# --------------------------------------------------------------------------------------------- contextlib


class Resource:
    """Has something to close."""

    def __init__(self, x):
        self.x, self.out = x, 1.0

    def close(self):
        self.out = self.out * np.sum(self.x)
        self.x = self.x * 0.0


@programs.on((V,))
def closing(x):
    resource = Resource(x * 2)
    with contextlib.closing(resource) as same:
        y = np.sum(same.x * x)
    return y * resource.out + np.sum(resource.x)


@programs.on((V,))
def nullcontext_of_active_values(x):
    with contextlib.nullcontext(x * x) as y, contextlib.nullcontext((y, x)) as (a, b):
        z = np.sum(a * b)
    return z * y[0]


@programs.on((V, True), (V, False))
def manager_or_nullcontext(x, flag):
    net = Net(x)
    with Swapped(net, x * x) if flag else contextlib.nullcontext():
        y = net(x)
    return y * net(x)


@programs.on((V, 1), (V, 7))
def suppressed(x, i):
    y = np.sum(x)
    with doubled(x) as z, contextlib.suppress(IndexError):
        y = z[i] * x[0]
    return y * y


@programs.on((V,))
def stack_of_managers(x):
    net, record = Net(x), []
    with contextlib.ExitStack() as stack:
        stack.enter_context(net.using(x * x))
        a, b = stack.enter_context(contextlib.nullcontext((x, x * 2)))
        record.append(np.sum(a * b))
        stack.enter_context(Swapped(net, net.w * x[0]))
        with contextlib.ExitStack() as inner:
            record.append(net(x))
            inner.enter_context(Scaled(net.w, x[1:2]))
    return sum(record) * net(x)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


# ------------------------------------------------------------------------------------ effects, errors, refusals

LOG = []


class Logged:
    """Notes what happens, and what it was given."""

    def __init__(self, value):
        self.value = value

    def __enter__(self):
        LOG.append("in")
        return self

    def __exit__(self, kind, error, traceback):
        LOG.append("out" if kind is None else kind.__name__)
        self.value = self.value * 2


@contextlib.contextmanager
def logged(x):
    LOG.append("begin")
    try:
        yield x
    finally:
        LOG.append("end")


def logging(x, n):
    with Logged(x) as manager, logged(x * x) as square:
        y = square * (1 / n)
        LOG.append("inside")
    return y * manager.value


@pytest.mark.parametrize("derivative", [srcad.grad(logging), lambda x, n: srcad.jvp(logging)((x, n), (1.0, None))[1]])
def test_effects_come_once_and_in_order(derivative):
    LOG.clear()
    assert derivative(3.0, 2) == 27.0
    assert LOG == ["in", "begin", "inside", "end", "out"]
    LOG.clear()
    with pytest.raises(ZeroDivisionError):
        derivative(3.0, 0)
    assert LOG == ["in", "begin", "end", "ZeroDivisionError"]


@contextlib.contextmanager
def yielding_if(flag, x):
    if flag:
        yield x


def not_entered(x, flag):
    with yielding_if(flag, x) as y:
        z = y * x
    return z


def test_a_generator_that_does_not_yield():
    assert srcad.grad(not_entered)(1.5, True) == 3.0
    for function in (not_entered, srcad.grad(not_entered)):
        with pytest.raises(RuntimeError, match="generator didn't yield"):
            function(1.5, False)


def test_swapped_parameters_are_variables():
    source = srcad.grad(weights_swapped_in_a_loop).source_for(V, 2)
    assert "Net" not in source and "try" not in source
    source = srcad.grad(method_of_an_object).source_for(V)
    assert "Net" not in source and "try" not in source


@contextlib.contextmanager
def yielding_twice(x):
    yield x
    yield x * x


def yields_twice(x):
    with yielding_twice(x) as y:
        z = y * x
    return z


def entered_again(x):
    manager, y = doubled(x), x
    for _ in range(2):
        with manager as z:
            y = y * z
    return y


def lost_in_what_swallows(x, d):
    y = x
    with missing_as(x) as z:
        y = z * x
        y = y * d["a"]
    return y


def written_before_an_error_is_swallowed(x, i):
    y = x * 2
    with Forgiving(IndexError, x[0]):
        y[0] = x[1]
        y[i] = x[2]
    return np.sum(y * x)


def entered_in_a_loop(x):
    net = Net(x)
    with contextlib.ExitStack() as stack:
        for v in x:
            stack.enter_context(net.using(v * x))
        return net(x)


@pytest.mark.parametrize(
    ("function", "args", "words"),
    [
        (yields_twice, (1.5,), "may yield more than once"),
        (entered_again, (1.5,), "may be entered more than once"),
        (lost_in_what_swallows, (1.5, {}), "which step of the `with` raised it"),
        (written_before_an_error_is_swallowed, (V, 1), "before a step that may raise"),
        (entered_in_a_loop, (V,), "derivative"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_refused(function, args, words):
    refused(function, args, words)
