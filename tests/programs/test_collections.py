"""Containers of `collections`, heaps and sorted lists: deque, defaultdict, OrderedDict, Counter, heapq, bisect."""

import bisect
import collections
import heapq

import numpy as np
import pytest
from programs.checking import Programs, check, refused, refused_with

from srcad import value_and_grad

X = np.array([0.3, -1.1, 0.7, 1.9])
programs = Programs()
telling = Programs()


# -------------------------------------------------------------------------------------------------- deque


@programs.on((X,))
def taken_from_both_ends(x):
    queue = collections.deque()
    for v in x:
        queue.append(v)
    queue.appendleft(x[0] * 2)
    product = queue.popleft() * queue.pop()
    for v in queue:
        product = product + v**2
    return product


@programs.on((X,))
def bounded(x):
    last = collections.deque(maxlen=2)
    total = 0.0
    for v in x:
        last.append(v)
        total += sum(last) * last[0]
    return total


@programs.on((X,))
def bounded_on_the_left(x):
    first = collections.deque(x, 3)
    first.appendleft(x[3] * x[0])
    return first[0] * first[1] + first[-1] * len(first)


@programs.on((X,))
def rotated(x):
    ring = collections.deque(x)
    ring.rotate(1)
    ring.extendleft([x[0] * x[1]])
    ring.rotate(-2)
    return sum(v * w for v, w in zip(ring, [1.0, 2.0, 3.0, 4.0, 5.0], strict=True)) * ring[-1] * len(ring)


@programs.on((X,))
def moving_average(x):
    window = collections.deque([0.0] * 3, maxlen=3)
    means = []
    for v in x:
        window.append(v)
        means.append(sum(window) / len(window))
    return sum(m * m for m in means)


@programs.on((X,))
def breadth_first(x):
    following = {0: [1, 2], 1: [3], 2: [3], 3: []}
    queue, seen = collections.deque([0]), {0}
    value = x * 1.0
    while queue:
        i = queue.popleft()
        for j in following[i]:
            value[j] += value[i] ** 2
            if j not in seen:
                seen.add(j)
                queue.append(j)
    return np.sum(value**2)


@programs.on((X,))
def queue_of_pairs(x):
    queue = collections.deque([(0, x[0])])
    total = 0.0
    while queue:
        i, v = queue.popleft()
        total += v**2
        for j in (2 * i + 1, 2 * i + 2):
            if j < len(x):
                queue.append((j, v * x[j]))
    return total


@programs.on((X,))
def list_of_a_deque(x):
    items = collections.deque([x[0], x[1]])
    items.append(x[2])
    items[0] = items[1] * items[2]
    return np.sum(np.array(list(items)) ** 2) + max(items)


@programs.on((X,))
def given_to_a_helper(x):
    def push(queue, v):
        queue.append(v**2)
        return queue.popleft()

    queue = collections.deque([x[0]])
    total = 0.0
    for v in x:
        total += push(queue, v) * v
    return total


@programs.on((X,))
def class_of_a_deque(x):
    queue = collections.deque(x)
    if isinstance(queue, list) or type(queue) is not collections.deque:
        return np.sum(x)
    return queue[0] * queue[1] if isinstance(queue, collections.deque) else x[2]


# -------------------------------------------------------------------------------------------------- dicts


@programs.on((X,))
def sums_by_remainder(x):
    sums = collections.defaultdict(float)
    for i, v in enumerate(x):
        sums[i % 2] += v**2
    return sums[0] * sums[1]


@programs.on((X,))
def lists_by_remainder(x):
    groups = collections.defaultdict(list)
    for i, v in enumerate(x):
        groups[i % 2].append(v**2)
    return sum(groups[0]) * sum(groups[1])


@programs.on((X,))
def arrays_by_remainder(x):
    rows = collections.defaultdict(lambda: np.zeros(2))
    for i, v in enumerate(x):
        rows[i % 2][i // 2] += v
    return np.sum(rows[0] * rows[1])


@programs.on((X,))
def dicts_by_name(x):
    table = collections.defaultdict(dict)
    table["a"]["b"] = x[0]
    table["a"]["c"] = x[1]
    table["z"]["b"] = x[2]
    return table["a"]["b"] * table["a"]["c"] * table["z"]["b"]


@programs.on((X,))
def missing_keys(x):
    products = collections.defaultdict(lambda: 1.0)
    for i, v in enumerate(x):
        products[i % 3] *= v
    return sum(v**2 for v in products.values()) + (5 in products) + len(products) + products[7] * x[0]


@programs.on((X,))
def counted_with_weights(x):
    weights = collections.Counter()
    for i, v in enumerate(x):
        weights[i % 2] += v**2
    return weights[0] * weights[1] + weights[9]


@programs.on((X,))
def letters_counted(x):
    count = collections.Counter("abca")
    return count["a"] * x[0] * x[0] + count["z"] * x[1] + x[2] * count.total()


@programs.on((X,))
def ordered(x):
    items = collections.OrderedDict([("a", x[0]), ("b", x[1])], c=x[2])
    items["d"] = x[3] ** 2
    items.move_to_end("a")
    return sum(v * (i + 1) for i, v in enumerate(items.values())) * items["a"]


# -------------------------------------------------------------------------------------------------- heaps


@programs.on((X,))
def pushed_and_popped(x):
    heap = []
    for v in x:
        heapq.heappush(heap, v)
    return heapq.heappop(heap) * 2 + heapq.heappop(heap) ** 2


@programs.on((X,))
def heap_of_pairs(x):
    heap = [(v, i) for i, v in enumerate(x)]
    heapq.heapify(heap)
    total = 0.0
    while heap:
        v, i = heapq.heappop(heap)
        total = total * 0.5 + v * v * (i + 1)
    return total


@programs.on((X,))
def replaced(x):
    heap = [v for v in x[:3]]
    heapq.heapify(heap)
    first = heapq.heappushpop(heap, x[3])
    second = heapq.heappushpop(heap, -5.0)
    third = heapq.heapreplace(heap, x[0] * x[1])
    return first * 2 + second + third**2 + heap[0] ** 2 * heap[1]


@programs.on((X,))
def shortest_way(x):
    ways = {0: [(1, x[0] ** 2), (2, x[1] ** 2)], 1: [(3, x[2] ** 2)], 2: [(3, x[3] ** 2)], 3: []}
    known, heap, done = {0: 0.0}, [(0.0, 0)], set()
    while heap:
        length, i = heapq.heappop(heap)
        if i in done:
            continue
        done.add(i)
        for j, cost in ways[i]:
            if j not in known or length + cost < known[j]:
                known[j] = length + cost
                heapq.heappush(heap, (length + cost, j))
    return known[3] ** 2 + known[2]


@programs.on((X,))
def smallest_and_largest(x):
    large = heapq.nlargest(2, x)
    small = heapq.nsmallest(2, x, key=lambda v: -v * v)
    return large[0] * large[1] ** 2 + small[0] ** 3


@programs.on((X,))
def place_in_a_table(x):
    grid = [0.0, 0.5, 1.0]
    return sum(v * bisect.bisect(grid, v) + bisect.bisect_left(grid, v) * v * v for v in x)


@programs.on((X,))
def kept_sorted(x):
    items = []
    for v in x:
        bisect.insort(items, v)
    return items[1] * items[2]


@programs.on((X,))
def kept_sorted_by_a_key(x):
    items = []
    for v in x:
        bisect.insort_left(items, v, key=lambda item: -item)
    return items[0] * items[1] ** 2


# ------------------------------------------------------------------------------------------------ refused


@telling.on((X,))
def mean_of_a_deque(x):
    return np.mean(collections.deque(x))


@telling.on((X,))
def compared_with_a_deque(x):
    queue = collections.deque(x)
    return x[0] if queue == collections.deque(x) else x[1]


@telling.on((X,))
def method_that_is_not_there(x):
    return x[0] * collections.deque(x).count(0.3)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


@pytest.mark.parametrize(("function", "args"), telling.cases)
def test_what_could_tell_the_class_is_refused(function, args):
    refused(function, args, "a deque")


def test_a_deque_as_a_result_is_refused():
    def with_a_deque(x):
        return x[0], {"queue": collections.deque(x)}

    refused_with(lambda: value_and_grad(with_a_deque, has_aux=True)(X), "returns a deque")
