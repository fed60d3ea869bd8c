"""Functions that call themselves and write to what they are given: arrays, lists, objects, captured variables."""

import math

import numpy as np
import pytest
from programs.checking import Programs, check, refused

from srcad import grad, vjp

X = np.array([0.3, -1.1, 0.7, 1.9])
WEIGHTS = np.array([0.1, 2.0, -0.4, 1.3])
TREE = (0.5, (1.5, None, None), (2.5, (0.7, None, None), None))
programs = Programs()
hidden = Programs()


# ------------------------------------------------------------------------------------------------- arrays


def partition(a, low, high):
    pivot, i = a[high], low
    for j in range(low, high):
        if a[j] < pivot:
            a[i], a[j] = a[j], a[i]
            i += 1
    a[i], a[high] = a[high], a[i]
    return i


def quicksort(a, low, high):
    if low < high:
        middle = partition(a, low, high)
        quicksort(a, low, middle - 1)
        quicksort(a, middle + 1, high)


@programs.on((X,))
def sorted_in_place(x):
    y = x.copy()
    quicksort(y, 0, len(y) - 1)
    return np.sum(y**2 * WEIGHTS)


@programs.on((X,))
def list_sorted_in_place(x):
    y = [v for v in x]
    quicksort(y, 0, len(y) - 1)
    return sum(v**2 * w for v, w in zip(y, WEIGHTS, strict=True))


@programs.on((X,))
def argument_sorted_in_place(x):
    quicksort(x, 0, 3)
    return np.sum(x**2 * WEIGHTS)


def merge_sort(a, spare, low, high):
    if high - low < 2:
        return
    middle = (low + high) // 2
    merge_sort(a, spare, low, middle)
    merge_sort(a, spare, middle, high)
    i, j = low, middle
    for k in range(low, high):
        if i < middle and (j >= high or a[i] <= a[j]):
            spare[k] = a[i]
            i += 1
        else:
            spare[k] = a[j]
            j += 1
    a[low:high] = spare[low:high]


@programs.on((X,))
def sorted_through_a_spare_array(x):
    y = x.copy()
    merge_sort(y, np.zeros(4), 0, 4)
    return np.sum(y**2 * WEIGHTS)


def fill(out, x, n):
    if n < 0:
        return 0.0
    s = fill(out, x, n - 1)
    out[n] = x[n] * s + 1.0
    return s + out[n] ** 2


@programs.on((X,))
def result_and_memory(x):
    out = np.zeros(4)
    s = fill(out, x, 3)
    return s * np.prod(out)


@programs.on((X,))
def result_not_used(x):
    out = np.zeros(4)
    fill(out, x, 3)
    return np.sum(out * x)


@programs.on((X,))
def memory_not_used(x):
    return fill(np.zeros(4), x, 3)


@programs.on((X, 3), (X, 0))
def called_in_a_loop_on_what_it_changed(x, trips):
    out = x * 0.5
    t = 0.0
    for k in range(trips):
        t += fill(out, x * out[k], 3)
        out *= x
    return t + np.sum(out**3)


@programs.on((X, True), (X, False))
def called_in_a_branch(x, there):
    out = np.sin(x)
    before = out[1] ** 2 * out[0]
    if there:
        fill(out, x, 2)
        out[3] *= out[0]
    else:
        out[0] *= out[1]
    return before * np.sum(out**2)


@programs.on((X,))
def earlier_contents_are_read(x):
    out = x * 1.0
    before = out[1] ** 2 * np.sin(out[0])
    total = np.sum(out**2)
    fill(out, x, 2)
    return before * total * np.sum(out**2)


def scan(a):
    n = len(a)
    if n == 1:
        return
    half = n // 2
    scan(a[:half])
    scan(a[half:])
    a[half:] += a[half - 1] * a[0]


@programs.on((X,))
def written_through_views(x):
    y = x.copy()
    scan(y)
    return np.sum(y**2)


def flood(image, i, j, value):
    if i < 0 or j < 0 or i >= 2 or j >= 2:
        return 0
    if image[i, j] > 5:
        return 0
    image[i, j] = image[i, j] * value + 10
    return 1 + flood(image, i + 1, j, value * 2) + flood(image, i, j + 1, value * 3)


@programs.on((X, 0.3))
def filled_by_flood(x, value):
    image = x.reshape(2, 2) * 1.0
    count = flood(image, 0, 0, value)
    return np.sum(image**2) * count


def scaled_from(x, low):
    if low >= 4:
        return np.sum(x**2)
    x[low:] *= x[low]
    return scaled_from(x, low + 1) * x[0]


@programs.on((X,))
def differentiated_function_is_the_recursion(x):
    return scaled_from(x, 0)


def swapped(a, b, n):
    if n > 0:
        b[:] = a * b
        swapped(b, a, n - 1)


@programs.on((X,))
def arguments_that_change_places(x):
    a, b = x.copy(), x + 1
    swapped(a, b, 3)
    return np.sum(a * b)


def raising(a, n):
    if n > 0:
        try:
            a[n] = math.sqrt(a[n])
        except ValueError:
            a[n] = 2 * a[n]
        raising(a, n - 1)


@programs.on((X,))
def attempts_inside(x):
    a = x.copy()
    raising(a, 3)
    return np.sum(a**2)


def in_a_loop(a, n):
    k = 0
    while k < n:
        a[k] = a[k] * a[k + 1]
        in_a_loop(a, k)
        k += 1


@programs.on((X,))
def recursion_from_a_loop(x):
    a = x.copy()
    in_a_loop(a, 3)
    return np.sum(a**2)


def even(a, n):
    if n > 0:
        a[n] *= a[n - 1]
        odd(a, n - 1)


def odd(a, n):
    if n > 0:
        a[n] += a[n - 1] ** 2
        even(a, n - 1)


@programs.on((X,))
def two_functions_that_call_each_other(x):
    y = x.copy()
    even(y, 3)
    return np.sum(y**2)


# --------------------------------------------------------------------------------------------- containers


def collect(tree, found):
    if tree is not None:
        found.append(tree[0] ** 2)
        collect(tree[1], found)
        collect(tree[2], found)


@programs.on((TREE,))
def values_of_a_tree(tree):
    found = []
    collect(tree, found)
    return sum(found) * found[0]


@programs.on((TREE,))
def list_from_around(tree):
    found = []

    def visit(node, depth):
        if node is None:
            return
        visit(node[1], depth + 1)
        found.append(node[0] * depth)
        visit(node[2], depth + 2)

    visit(tree, 1)
    return sum(v**2 for v in found)


def fibonacci(n, known, x):
    if n in known:
        return known[n]
    value = x * n if n < 2 else fibonacci(n - 1, known, x) * 0.5 + fibonacci(n - 2, known, x) ** 2
    known[n] = value
    return value


@programs.on((0.7,))
def values_kept_in_a_dict(x):
    return fibonacci(6, {}, x)


@programs.on((0.7,))
def values_kept_in_a_dict_from_around(x):
    known = {0: x, 1: x * x}

    def value(n):
        if n not in known:
            known[n] = value(n - 1) * 0.5 + value(n - 2) ** 2
        return known[n]

    return value(6)


def logged(a, log, n):
    if n > 0:
        log.append(n)
        a[len(log) - 1] *= a[n]
        logged(a, log, n - 1)


@programs.on((X,))
def list_of_integers_beside_an_array(x):
    a, log = x.copy(), []
    logged(a, log, 3)
    return np.sum(a**2) * len(log)


def permuted(a, k, found):
    if k == len(a):
        found.append(a[0] * a[1] ** 2 + a[2])
        return
    for i in range(k, len(a)):
        a[k], a[i] = a[i], a[k]
        permuted(a, k + 1, found)
        a[k], a[i] = a[i], a[k]


@programs.on((X,))
def permutations_of_a_list(x):
    found = []
    permuted([x[0], x[1], x[2]], 0, found)
    return sum(v**2 for v in found)


@programs.on((X,))
def permutations_of_an_array(x):
    found = []
    permuted(x.copy(), 0, found)
    return sum(v**2 for v in found)


@programs.on((1.5,))
def entry_of_a_list_from_around(x):
    total = [0.0]

    def go(n):
        total[0] += x * n
        if n > 0:
            go(n - 1)

    go(3)
    return total[0]


@programs.on((X,))
def array_from_around(x):
    out = np.zeros(4)

    def go(i):
        if i < 4:
            out[i] = x[i] * 2
            go(i + 1)

    go(0)
    return np.sum(out * x)


@programs.on((X,))
def variables_from_around(x):
    total, count = 1.0, 0
    out = np.zeros(4)

    def visit(i):
        nonlocal total, count
        if i >= len(x):
            return
        count += 1
        visit(2 * i + 1)
        total = total * x[i] + out[0]
        out[i] = total
        visit(2 * i + 2)

    visit(0)
    return total * np.sum(out) * count


class Sum:
    def __init__(self):
        self.total = 0.0
        self.count = 0

    def visit(self, node):
        if node is None:
            return
        self.total += node[0] ** 2 * (1.0 + self.total)
        self.count += 1
        self.visit(node[1])
        self.visit(node[2])


@programs.on((TREE,))
def attributes_of_an_object(tree):
    found = Sum()
    found.visit(tree)
    return found.total**2 * found.count


# ------------------------------------------------------------------------------- memory held in containers


def rows_scaled(rows, k):
    if k < len(rows):
        rows[k][0] *= 2.0
        rows[k][1] = rows[k][0] ** 2
        rows_scaled(rows, k + 1)


@programs.on((X,))
def list_of_arrays(x):
    rows = [x[:2] * 1.0, x[2:] * 1.0]
    rows_scaled(rows, 0)
    return np.sum(rows[0] * rows[1])


def paint(grid, i, j, value):
    if i < 0 or j < 0 or i >= len(grid) or j >= len(grid[0]):
        return
    if grid[i][j] > 5:
        return
    grid[i][j] = grid[i][j] * value + 10
    paint(grid, i + 1, j, value * 2)
    paint(grid, i, j + 1, value * 3)


@programs.on((X, 0.3))
def list_of_lists(x, value):
    grid = [[x[0], x[1]], [x[2], x[3]]]
    total = 0.0
    for k in range(2):
        paint(grid, k, k, value)
        total += grid[0][0] * grid[1][1]
        grid[k][0] *= value
    return total + sum(sum(v**2 for v in row) for row in grid)


def move(count, pegs, source, target, other):
    if count > 0:
        move(count - 1, pegs, source, other, target)
        pegs[target].append(pegs[source].pop() * 1.5)
        move(count - 1, pegs, other, target, source)


@programs.on((X,))
def items_moved_between_lists(x):
    pegs = [[v for v in x[:3]], [], []]
    move(3, pegs, 0, 1, 2)
    return sum(v * w for v, w in zip(pegs[1], [1.0, 2.0, 3.0], strict=True))


def dict_walked(table, n):
    if n > 0:
        table["a"][n - 1] *= table["b"][n]
        table["b"][0] += table["a"][n - 1]
        dict_walked(table, n - 1)


@programs.on((X,))
def dict_of_arrays(x):
    table = {"a": x * 1.0, "b": x + 1}
    dict_walked(table, 3)
    return np.sum(table["a"] * table["b"])


@programs.on((X,))
def one_array_under_two_keys(x):
    y = x * 1.0
    table = {"a": y, "b": y}
    dict_walked(table, 3)
    return np.sum(table["a"] * table["b"])


def aliased(rows, x, n):
    if n > 0:
        rows[0][0] = x[n] * 2
        rows[2][1] += rows[1][0] ** 2
        aliased(rows, x, n - 1)


@programs.on((X,))
def one_list_in_two_places(x):
    row = [0, 0]
    rows = [row, row, [0.0, 1.0]]
    aliased(rows, x, 3)
    return rows[1][0] * x[0] + rows[2][1]


def state_stepped(state, n):
    if n > 0:
        a, b = state
        a[n] *= b[n - 1]
        b[n] += a[n]
        state_stepped(state, n - 1)


@programs.on((X,))
def tuple_of_arrays(x):
    state = (x * 1.0, x + 1)
    state_stepped(state, 3)
    return np.sum(state[0] * state[1])


def grown(rows, x, n):
    if n > 0:
        rows.append(x * n)
        rows[0][0] += x[1]
        grown(rows, x * x[0], n - 1)


@programs.on((X,))
def list_that_grows_by_arrays(x):
    rows = [x * 1.0]
    grown(rows, x, 3)
    return sum(np.sum(row**2) for row in rows)


@programs.on((X,))
def list_of_arrays_from_around(x):
    rows = [x * 1.0, np.zeros(4)]

    def go(i):
        if i < 4:
            rows[1][i] = rows[0][i] ** 2
            rows[0][3 - i] *= 2
            go(i + 1)

    go(0)
    return np.sum(rows[0] * rows[1])


class Walk:
    def __init__(self, count):
        self.out = np.zeros(count)
        self.weights = np.ones(count)
        self.seen = []
        self.count = 0

    def visit(self, node, depth):
        if node is None:
            return
        self.out[self.count] = node[0] * depth * self.weights[self.count]
        self.seen.append(self.out[self.count] ** 2)
        self.count += 1
        self.visit(node[1], depth * self.out[0])
        self.visit(node[2], depth + 2)


@programs.on((TREE,))
def arrays_and_lists_of_an_object(tree):
    walk = Walk(5)
    walk.visit(tree, 1.0)
    walk.visit(tree[1], 2.0)
    return np.sum(walk.out**3) * sum(walk.seen)


@programs.on((X,), (-X,))
def one_of_two_arrays(x):
    a, b = x * 1.0, x**2
    chosen = a if x[0] > 0 else b
    quicksort(chosen, 0, 3)
    return np.sum(a * WEIGHTS) + np.sum(b * WEIGHTS**2)


@programs.on((X,))
def arrays_that_change_places_in_a_loop(x):
    a, b = x * 1.0, x + 1
    for _ in range(3):
        quicksort(a, 0, 3)
        a, b = b, a * b
    return np.sum(a * b * WEIGHTS)


# ------------------------------------------------------------------------------- what was given is returned


def sorted_array(a, low, high):
    if low < high:
        middle = partition(a, low, high)
        sorted_array(a, low, middle - 1)
        sorted_array(a, middle + 1, high)
    return a


@programs.on((X,))
def array_returned(x):
    return np.sum(sorted_array(x.copy(), 0, 3) ** 2 * WEIGHTS)


@programs.on((X,))
def two_lists_returned(x):
    y = sorted_array([v for v in x], 0, 3)
    z = sorted_array([-v for v in x], 0, 3)
    return sum(a * b * c for a, b, c in zip(y, z, [1.0, 2.0, 3.0, 4.0], strict=True))


def collected(tree, found):
    if tree is None:
        return found
    found.append(tree[0])
    found = collected(tree[1], found)
    return collected(tree[2], found)


@programs.on((TREE,))
def list_handed_on(tree):
    return sum(v**2 for v in collected(tree, []))


def weighted(a, b, n):
    if n == 0:
        return b
    a[n] *= b[n]
    return weighted(a, b, n - 1)


@programs.on((X,))
def another_argument_returned(x):
    a = x.copy()
    return np.sum(weighted(a, x + 1, 3) * a)


# ------------------------------------------------------------------------------- what carries no derivative


def shifted(places, n):
    if n > 0:
        places[n] = places[n - 1]
        shifted(places, n - 1)


@programs.on((X,))
def places_that_change_between_reads(x):
    places = np.arange(4)

    def shift(n):
        if n > 0:
            places[n] = places[n - 1]
            shift(n - 1)

    before = x[places[2]] * x[places[3]]
    shift(3)
    return before * np.sum(x[places] ** 2)


@programs.on((X,))
def constants_then_values(x):
    a = np.array([1.0, 2.0, 0.5, 3.0])
    before = np.sum(a * x)
    shifted(a, 3)
    b = a * x
    shifted(b, 2)
    return np.sum(a * b) * before


# ------------------------------------------------------------------------------------------------ refused


@hidden.on((X,))
def arguments_that_overlap(x):
    a = x.copy()
    swapped(a[:2], a[1:3], 2)
    return np.sum(a)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


@pytest.mark.parametrize(("function", "args"), hidden.cases)
def test_arguments_that_share_memory_are_refused(function, args):
    refused(function, args, "may share memory")


@pytest.mark.parametrize("function", [sorted_in_place, earlier_contents_are_read, variables_from_around])
def test_pulled_back_twice(function):
    value, pull = vjp(function, X)
    (first,) = pull(1.0)
    (second,) = pull(2.0)
    assert value == function(X.copy())
    np.testing.assert_allclose(second, 2 * first)


def test_both_sweeps_of_a_recursion_are_printed_once():
    source = grad(sorted_in_place).source_for(X)
    assert source.count("def quicksort_forward(a, low, high):") == 1
    assert source.count("def quicksort_backward(a, saved, d_a):") == 1
