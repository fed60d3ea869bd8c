"""Lists that are sorted, reversed, cut and replaced in part."""

import numpy as np
import pytest
from programs.checking import Programs, check

V = np.array([0.3, -1.1, 0.7, 1.9])
L = [0.3, -1.1, 0.7, 1.9]
programs = Programs()


def weigh(items):
    total = 0.0
    for i, item in enumerate(items):
        total = total + (i + 1) * item * item
    return total


@programs.on((V,), (L,))
def slice_replaced(x):
    y = [v * v for v in x]
    y[1:3] = [x[0] * 2]
    return weigh(y)


@programs.on((V,))
def slice_replaced_between_variables(x, a=1, b=3):
    y = [v * v for v in x]
    n = len(y) - 1
    y[n - 2 : n] = [x[0] * 2, x[1], x[2]]
    return weigh(y)


@programs.on((V,))
def every_other_replaced(x):
    y = [v * v for v in x]
    y[::2] = [x[0] * 2, x[1]]
    return weigh(y)


@programs.on((V,))
def replaced_backwards(x):
    y = [v * v for v in x]
    y[::-1] = y[:]
    return weigh(y)


@programs.on((V,))
def all_replaced(x):
    y = [v * v for v in x]
    y[:] = [v * 2 for v in y if v > 0.2]
    return weigh(y)


@programs.on((V,))
def slice_replaced_by_an_array(x):
    y = [v * v for v in x]
    y[:] = np.array([1.0, 2.0]) * x[0]
    return weigh(y)


@programs.on((V,))
def item_deleted(x):
    y = [v * v for v in x]
    del y[1]
    return weigh(y)


@programs.on((V,))
def ends_deleted(x):
    y = [v * v for v in x]
    del y[-1]
    del y[0]
    return weigh(y)


@programs.on((V,))
def slice_deleted(x):
    y = [v * v for v in x]
    del y[1:3]
    return weigh(y)


@programs.on((V,))
def every_other_deleted(x):
    y = [v * v for v in x]
    del y[::2]
    return weigh(y)


@programs.on((V,), (L,))
def sorted_in_place(x):
    y = [v * v for v in x]
    y.sort()
    return weigh(y)


@programs.on((V,))
def sorted_in_place_by_a_key(x):
    y = [v * v for v in x]
    y.sort(key=lambda v: -v)
    return weigh(y)


@programs.on((V,))
def sorted_in_place_twice(x):
    y = [v * v for v in x]
    y.sort(reverse=True)
    z = y
    y.sort(key=abs)
    return weigh(z) + y[0]


@programs.on((V,))
def pairs_sorted_in_place(x):
    y = [(v * v, i) for i, v in enumerate(x)]
    y.sort()
    return sum([a * (i + 2) * j for j, (a, i) in enumerate(y)])


@programs.on((V,))
def pairs_sorted_in_place_by_a_key(x):
    y = [(i, v) for i, v in enumerate(x)]
    y.sort(key=lambda p: p[1], reverse=True)
    return sum([a * (i + 2) * j for j, (i, a) in enumerate(y)])


@programs.on((V,))
def reversed_in_place(x):
    y = [v * v for v in x]
    y.reverse()
    return weigh(y)


@programs.on((V,))
def inserted(x):
    y = [v * v for v in x]
    y.insert(1, x[0] * 3)
    y.insert(-1, x[1])
    return weigh(y)


@programs.on((V,))
def popped(x):
    y = [v * v for v in x]
    a = y.pop(1)
    b = y.pop()
    return weigh(y) * a + b


@programs.on((V,))
def removed(x):
    y = [v * v for v in x]
    y.remove(y[2])
    return weigh(y)


@programs.on((V,))
def found_and_counted(x):
    y = [v * v for v in x]
    return y[y.index(max(y))] * y.index(min(y)) * y.count(y[0])


@programs.on((V,))
def cleared(x):
    y = [v * v for v in x]
    s = y[0]
    y.clear()
    y.append(s * 2)
    return weigh(y)


@programs.on((V,))
def copied(x):
    y = [v * v for v in x]
    z = y.copy()
    z[0] = x[1]
    return weigh(y) + weigh(z)


@programs.on((V,))
def repeated(x):
    y = [x[0], x[1] * 2] * 2
    y *= 2
    return weigh(y)


@programs.on((V,))
def extended_through_an_alias(x):
    y = [x[0]]
    z = y
    y += [x[1], x[2]]
    z += (v for v in x)
    return weigh(y)


@programs.on((V,), (L,))
def sorted_in_a_loop(x):
    t = 0.0
    y = [v for v in x]
    for i in range(3):
        y = [v * (i + 1) - y[0] * v for v in y]
        y.sort()
        t = t + y[0] * y[-1]
        if t > 1000000000.0:
            break
    return t


@programs.on((V,))
def changed_by_a_helper(x):

    def h(y):
        y.sort()
        y.reverse()

    y = [v * v for v in x]
    h(y)
    return weigh(y)


@programs.on((V,))
def sorted_by_swaps(x):
    y = [v for v in x]
    for i in range(len(y)):
        for j in range(len(y) - 1 - i):
            if y[j] > y[j + 1]:
                y[j], y[j + 1] = (y[j + 1], y[j])
    return weigh(y)


@programs.on((V,))
def lists_in_list(x):
    y = [[v, v * v] for v in x]
    y.sort(key=lambda r: r[1])
    y[0][0] = x[2]
    return sum([a * b * i for i, (a, b) in enumerate(y)])


@programs.on((V,))
def arrays_in_list(x):
    y = [np.array([v, v * v]) for v in x]
    y.sort(key=lambda r: r[1])
    y[0][0] = x[2]
    return sum([np.sum(a) * i * a[0] for i, a in enumerate(y)])


@programs.on((V,))
def arrays_in_list_del(x):
    y = [np.array([v, v * v]) for v in x]
    z = y[1]
    del y[2]
    y[1][0] = x[2]
    y[:2] = y[1::-1]
    z[1] *= 3
    return sum([np.sum(a) * i * a[0] for i, a in enumerate(y)])


@programs.on((V,))
def sorted_or_reversed(x):
    y = [v * v for v in x]
    if x[0] > 0:
        y.sort()
    else:
        y.reverse()
    return weigh(y)


@programs.on((V,))
def smallest_taken_in_a_while_loop(x):
    y = [v * v for v in x]
    t = 0.0
    while len(y) > 1:
        y.sort()
        a = y.pop(0)
        b = y.pop(0)
        y.append(a * b + a)
        t += a
    return y[0] + t


@programs.on((V,))
def window_of_the_last_two(x):
    y = []
    t = 0.0
    for v in x:
        y.append(v * v)
        if len(y) > 2:
            del y[0]
        t += sum(y) * v
    return t


@programs.on((V,))
def early_return_after_a_replacement(x):
    y = [v * v for v in x]
    for i in range(3):
        y[i : i + 1] = [y[i] * 2, x[0]]
        if y[i] > 3:
            return weigh(y)
    return weigh(y) * 2


@programs.on((V,))
def extend_self(x):
    y = [v * v for v in x]
    y.extend(y)
    return weigh(y)


@programs.on((V,), (L,))
def list_of_an_array_sorted(x):
    y = list(x)
    y.sort()
    return y[0] * y[1]


@programs.on((V,))
def sorted_argument_beside_itself(x):
    return sum((a * b for a, b in zip(sorted(x), x)))


@programs.on((V,))
def extended_by_what_reads_its_last_item(x):
    kept = [x[0]]
    kept.extend(e * kept[-1] for e in x)
    kept += (e + kept[-2] for e in x[1:])
    return sum(kept)


@programs.on((V,))
def updated_by_what_reads_it(x):
    kept = {"a": x[0]}
    kept.update((key, kept["a"] * e) for key, e in zip("abc", x))
    return kept["a"] + kept["b"] * kept["c"]


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)
