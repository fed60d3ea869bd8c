"""Second derivatives of every program in all four mixes of modes: `python -m tests.programs.orders --mix rf`.

A mix names the outer mode first: `fr` is forward over reverse.  The inner mode gives the derivative along a direction,
as a program; the outer one differentiates that.  Demanded of each program is the value of a plain call of the inner
derivative, bit for bit, the right second derivative, by difference quotients of the inner derivative, and that the
arguments are untouched; or the refusal that stands in `second_order_refused.py`.  `--update` writes that table anew.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import linecache
import re
import sys
import time
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from programs.checking import TOLERANCE, check_gradients, difference_quotient, directions, is_differentiable, same
from programs.every import cases
from programs.forward import tangents
from programs.second_order_refused import REFUSED

from srcad import DifferentiationError, jvp, value_and_grad
from srcad.directional import derivative_along

MIXES = {
    "rr": "reverse over reverse",
    "fr": "forward over reverse",
    "rf": "reverse over forward",
    "ff": "forward over forward",
}
_numbers = itertools.count()


def check_second_order(mix: str, function: Callable, args: tuple) -> None:
    """Checks value and derivative of the derivative along a direction, and that the arguments are untouched."""
    wrt = tuple(i for i, arg in enumerate(args) if is_differentiable(arg))
    random = np.random.default_rng(2)
    inner, outer = ([directions(args[i], random) for i in wrt] for _ in range(2))
    if mix[1] == "r":
        along = derivative_along(function, args, wrt, [d for part in inner for d in part if d is not None])
    else:
        along = tangent_along(function, wrt, tangents(args, wrt, inner))
    given = copy.deepcopy(args)
    if mix[0] == "r":
        value, gradients = value_and_grad(along, argnums=wrt)(*given)
    else:
        value, dot = jvp(along, given, tangents(args, wrt, outer))
    expected = along(*copy.deepcopy(args))
    assert same(value, expected), f"value {value!r}, not {expected!r}"
    assert same(given, args), "the arguments were modified"
    if mix[0] == "r":
        check_gradients(along, args, wrt, gradients, TOLERANCE)
        return
    want, scale = difference_quotient(along, args, wrt, outer)
    have = float(np.sum(dot))
    assert abs(have - want) <= TOLERANCE * max(1.0, abs(want), scale), f"{have} forward, {want} by differences"


def tangent_along(function: Callable, wrt: tuple[int, ...], dots: tuple) -> Callable:
    """The function that returns the tangent of a function along these tangents of the arguments `wrt`."""
    names = [f"x{i}" for i in range(len(dots))]
    primals = ", ".join(names)
    passed = ", ".join(f"d{i}" if i in wrt else "None" for i in range(len(dots)))
    source = f"def tangent_along({primals}):\n    return pushforward(({primals},), ({passed},))[1]\n"
    file = f"<tangent_along {next(_numbers)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace = {"pushforward": jvp(function), **{f"d{i}": dots[i] for i in wrt}}
    exec(compile(source, file, "exec"), namespace)
    return namespace["tangent_along"]


# ------------------------------------------------------------------------------------------------- the sample


def in_mix(mix: str) -> Iterator[Any]:
    """All cases, each with the words of its refusal in a mix, or None."""
    rows = REFUSED.items()
    return cases({name: words for name, row in rows for mixes, words in row.items() if mix in mixes.split()})


def sampled() -> Iterator[tuple[str, Any]]:
    """Every case in one of the mixes, chosen by its name, so that it is always the same one."""
    for number, mix in enumerate(MIXES):
        for case in in_mix(mix):
            if zlib.crc32(case.id.encode()) % len(MIXES) == number:
                yield mix, case


# ------------------------------------------------------------------------------------------------- the program


def outcome(mix: str, function: Callable, args: tuple) -> tuple[str, str]:
    """What becomes of a case: whether it is right, refused, or wrong, and the message."""
    try:
        check_second_order(mix, function, args)
    except DifferentiationError as error:
        return "refused", str(error)
    except Exception as error:  # the report is to go on with the next program
        return "WRONG", f"{type(error).__name__}: {error}"
    return "right", ""


def run(mix: str, only: str) -> dict[str, tuple[str, str]]:
    """The outcome of each case in a mix, by file and case; what differs from the table is printed."""
    found = {}
    for case in in_mix(mix):
        function, args, words = case.values
        if only not in case.id:
            continue
        what, message = outcome(mix, function, args)
        found[case.id.replace("-", ".", 1)] = (what, message)
        expected = "right" if words is None else "refused"
        if what != expected or words is not None and words not in message:
            print(f"{mix} {case.id}: {what}, {expected} expected. {message}", flush=True)
    return found


def reason(message: str) -> str:
    """The words of a refusal that are the same for many programs."""
    lines = message.split("\nInstead:", maxsplit=1)[0].splitlines()
    text = re.sub(r"^'\w+' ", "", lines[-1])
    for words in PHRASES:
        if words in text:
            return words
    return text[:70]


PHRASES = (
    "is a number or an array",
    "lives outside the function",
    "resolved at run time",
    "in this `try`, which may raise an error",
    "may change an array",
    "writes to memory that carries a derivative",
    "neither Python source nor a rule",
)
"""What refusals have in common; the rest names things of one program."""


HEAD = "REFUSED: dict[str, dict[str, str]] = {"


def table(found: Mapping[str, Mapping[str, tuple[str, str]]]) -> str:
    """The table of refusals, from the outcomes by mix and case; a row for a whole function where its cases agree."""
    rows: dict[str, dict[str, str]] = {}
    for mix, outcomes in found.items():
        for name, (what, message) in outcomes.items():
            if what == "refused":
                rows.setdefault(name, {})[mix] = reason(message)
    whole: dict[str, list[str]] = {}
    for name in next(iter(found.values())):
        whole.setdefault(re.sub(r"-\d+$", "", name), []).append(name)
    text = ""
    for function, names in sorted(whole.items()):
        same_row = len({str(rows.get(name)) for name in names}) == 1
        for name in [function] if same_row else names:
            row = rows.get(names[0] if same_row else name)
            if row:
                mixes = {words: " ".join(m for m in row if row[m] == words) for words in row.values()}
                inside = ", ".join(f'"{m}": "{words}"' for words, m in mixes.items())
                text += f'    "{name}": {{{inside}}},\n'
    return text


def main() -> None:
    """Runs the programs in one mix or in all of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.programs.orders", description=__doc__.splitlines()[0])
    parser.add_argument("--mix", choices=tuple(MIXES), help="the modes, the outer one first (default: all mixes)")
    parser.add_argument("--only", default="", help="only programs with these letters in their names")
    parser.add_argument("--update", action="store_true", help="write the table of refusals anew")
    options = parser.parse_args()
    if options.update and (options.mix or options.only):
        parser.error("the table is written for all programs in all mixes")
    warnings.simplefilter("ignore")
    found = {}
    for mix in (options.mix,) if options.mix else MIXES:
        start = time.monotonic()
        found[mix] = run(mix, options.only)
        counts = Counter(what for what, _ in found[mix].values())
        print(f"{MIXES[mix]}: {dict(counts)} in {time.monotonic() - start:.0f} s", flush=True)
    if options.update:
        path = Path(__file__).with_name("second_order_refused.py")
        before, _, _ = path.read_text().partition(HEAD)
        path.write_text(f"{before}{HEAD}\n{table(found)}}}\n")


if __name__ == "__main__":
    main()
