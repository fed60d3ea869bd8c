"""Containers of containers: items that carry their cotangent in the slot, beside others whose shadows travel."""

import numpy as np
import pytest
from programs.checking import Programs, check

V = np.array([0.3, -1.1, 0.7, 1.9])
programs = Programs()


@programs.on((V,))
def pairs_in_nested_lists(x):
    rows = []
    for i in range(3):
        row = []
        for j in range(i + 1):
            row.append((x[i] * x[j], x[j]))
        rows.append(row)
    total = 0.0
    for row in rows:
        for a, b in row:
            total += np.sin(a) * b
    return total


@programs.on((V,))
def pairs_stored(x):
    rows = []
    for i in range(3):
        row = [(0.0, 1.0)] * 4
        for j in range(i + 1):
            row[j] = (x[i] * x[j], x[j])
        rows.append(row)
    total = 0.0
    for row in rows:
        for a, b in row:
            total += np.sin(a) * b
    return total


@programs.on((V,))
def pairs_inserted(x):
    rows = []
    for i in range(3):
        row = []
        for j in range(i + 1):
            row.insert(0, (x[i] * x[j], x[j]))
        rows.append(row)
    total = 0.0
    for row in rows:
        for a, b in row[::-1]:
            total += np.sin(a) * b
    return total


@programs.on((V,))
def pairs_popped(x):
    rows = []
    for i in range(3):
        row = []
        for j in range(i + 1):
            row.append((x[i] * x[j], x[j]))
        rows.append(row)
    total = 0.0
    for row in rows:
        a, b = row.pop()
        total += np.sin(a) * b
        for a, b in row:
            total += np.sin(a) * b
    return total


@programs.on((V,))
def pairs_zipped(x):
    rows = []
    for i in range(3):
        row = []
        for j in range(i + 1):
            row.append((x[i] * x[j], x[j]))
        rows.append((row, (x[i], x[1])))
    total = 0.0
    for (row, (u, v)), _ in zip(rows, range(3), strict=True):
        for a, b in reversed(row):
            total += np.sin(a) * b * u * v
    return total


@programs.on((V,))
def dict_pairs(x):
    rows = []
    for i in range(3):
        row = {}
        for j in range(i + 1):
            row[j] = (x[i] * x[j], x[j])
        rows.append(row)
    total = 0.0
    for row in rows:
        for a, b in row.values():
            total += np.sin(a) * b
    return total


@programs.on((V,))
def numbers_sliced(x):
    rows = []
    for i in range(3):
        row = []
        for j in range(i + 1):
            row.append(x[i] * x[j])
        rows.append(row)
    total = 0.0
    for row in rows:
        for a in row[::-1]:
            total += np.sin(a)
    return total


@programs.on((V,))
def numbers_stored(x):
    rows = []
    for i in range(3):
        row = [0.0] * 4
        for j in range(i + 1):
            row[j] = x[i] * x[j]
        rows.append(row)
    total = 0.0
    for row in rows:
        for a in row:
            total += np.sin(a)
    return total


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)
