"""A long search for programs whose gradient is wrong: `python -m tests.programs.search --seeds 0:100000 --jobs 2`.

Every program (`generator.py` writes one for each seed) must be right or refused: its value bit for bit, its gradient
along a random direction against difference quotients, its arguments untouched.  The report counts the programs that
were right, refused (by reason), skipped (they raise, or a branch changes nearby), and wrong.  Wrong ones are made
smaller, statement by statement, and printed with their seed.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import linecache
import multiprocessing
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from srcad import DifferentiationError, jvp, value_and_grad
from tests.programs import checking
from tests.programs.forward import tangents
from tests.programs.generator import Writer

WRT = (0, 1, 2)
TOLERANCE = 1e-5
PATIENCE = 0.5


def define(text: str, seed: int) -> Callable:
    """The program, as a module would hold it."""
    name = f"<random program {seed}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    namespace = {"np": np, "contextlib": contextlib, "__name__": f"random_{seed}"}
    exec(compile(text, name, "exec"), namespace)
    return namespace["f"]


def arguments(seed: int) -> tuple:
    """A vector, a matrix and a number."""
    values = np.random.default_rng(seed)
    return values.normal(size=4), values.normal(size=(3, 4)), float(values.normal())


def slope(function: Callable, args: tuple, direction: list, step: float) -> tuple[float, float]:
    """The derivative along a direction by differences, and the scale of its error."""
    values = [float(function(*checking.moved(args, WRT, direction, k * step))) for k in (-2, -1, 1, 2)]
    far, near, near_right, far_right = values
    return (far - 8 * near + 8 * near_right - far_right) / (12 * step), max(map(abs, values))


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raises TimeoutError if the block computes for longer: a list may grow as long as a loop goes over it."""

    def stop(signum: int, frame: object) -> None:
        raise TimeoutError(f"more than {seconds} seconds")

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)


def along(function: Callable, args: tuple, direction: list, mode: str) -> tuple[object, float]:
    """The value, and the derivative along a direction, by reverse or by forward mode."""
    if mode == "fwd":
        value, dot = jvp(function, args, tangents(args, WRT, direction))
        return value, float(dot)
    value, gradients = value_and_grad(function, argnums=WRT)(*args)
    return value, sum(checking.inner(g, d) for g, d in zip(gradients, direction, strict=True))


def outcome(text: str, seed: int, mode: str = "rev") -> tuple[str, str]:
    """What becomes of a program: ("right" | "refused" | "skipped" | "WRONG", why)."""
    function, args = define(text, seed), arguments(seed)
    random = np.random.default_rng(seed + 1)
    direction = [checking.directions(a, random) for a in args]
    with np.errstate(all="ignore"):
        try:
            with at_most(PATIENCE):
                with np.errstate(over="raise"):  # the derivative is not a number where something becomes infinite
                    expected = function(*copy.deepcopy(args))
                want, scale = slope(function, args, direction, 1e-4)
        except Exception as error:  # what the program itself raises, whatever that is
            return "skipped", type(error).__name__
        if not np.isfinite(want) or abs(want) > 1e4 or not isinstance(expected, float):
            return "skipped", "not finite"
        given = copy.deepcopy(args)
        try:
            with at_most(60 * PATIENCE):
                value, have = along(function, given, direction, mode)
        except DifferentiationError as error:
            return ("refused", reason(error)) if "random program" in str(error) else ("WRONG", f"no place in {error}")
        except Exception as error:
            return "WRONG", f"{type(error).__name__}: {error}".splitlines()[0]
        if not checking.same(value, expected):
            return "WRONG", f"value {value!r}, not {expected!r}"
        if not checking.same(given, args):
            return "WRONG", "the arguments were modified"
        if abs(have - want) <= TOLERANCE * max(1.0, abs(want), scale):
            return "right", ""
        others = [slope(function, args, direction, step)[0] for step in (3e-5, 1e-5, 1e-6)]
    if any(abs(have - other) <= TOLERANCE * max(1.0, abs(other), scale) for other in others):
        return "right", ""
    if max(abs(other - want) for other in others) > 1e-4 * max(1.0, abs(want)):
        return "skipped", "not smooth"
    return "WRONG", f"{have} by the {'tangent' if mode == 'fwd' else 'gradient'}, {want} by differences"


def reason(error: DifferentiationError) -> str:
    """The reason of a refusal, without names and places."""
    lines = str(error).splitlines()
    line = next((n for n in lines[1:] if not n.startswith(("    ", "Instead"))), lines[0])
    return re.sub(r"'[^']*'", "'...'", line)[:110]


def run(seed: int, mode: str = "rev") -> tuple[int, str, str]:
    """The seed, and what becomes of its program."""
    return (seed, *outcome(Writer(seed).write(), seed, mode))


# -------------------------------------------------------------------------------------------- shrinking


def smaller(text: str) -> Iterator[str]:
    """The program without one of its statements, with a block in place of the statement that holds it, or an operand
    in place of an expression.
    """
    tree = ast.parse(text)
    function = tree.body[-1]
    for owner in ast.walk(function):
        for field, value in ast.iter_fields(owner):
            if isinstance(value, list) and field in ("body", "orelse", "finalbody", "handlers", "cases"):
                last = owner is function and len(value) - 1
                found = [new for i, _ in enumerate(value) if last is False or i != last for new in _without(value, i)]
                choices = [new or ([ast.Pass()] if field == "body" else []) for new in found]
            elif isinstance(value, ast.expr):
                choices = [n for n in ast.iter_child_nodes(value) if isinstance(n, ast.expr)]
            else:
                continue
            for choice in choices:
                setattr(owner, field, choice)
                yield ast.unparse(ast.fix_missing_locations(tree))
            setattr(owner, field, value)


def _without(block: list, i: int) -> list[list]:
    """The block without its statement i, and with what stands in that statement in its place."""
    node = block[i]
    blocks = (ast.If, ast.For, ast.While, ast.With, ast.Try)
    inner = [node.body] if isinstance(node, blocks) else []
    inner += [node.orelse] if isinstance(node, ast.If) and node.orelse else []
    return [[*block[:i], *new, *block[i + 1 :]] for new in ([], *inner)]


def shrunk(text: str, seed: int, mode: str = "rev") -> str:
    """The smallest program found that is still wrong in the same way."""
    kind = re.split(r"[:\d]", outcome(text, seed, mode)[1])[0].strip("-")
    deadline = time.monotonic() + 60.0
    while True:
        for candidate in smaller(text):
            if time.monotonic() > deadline:
                return text
            try:
                found, why = outcome(candidate, seed, mode)
            except (SyntaxError, ValueError):
                continue
            if found == "WRONG" and re.split(r"[:\d]", why)[0].strip("-") == kind:
                text = candidate
                break
        else:
            return text


def report(seed: int, why: str, mode: str = "rev") -> str:
    """A wrong program, made small, ready to become a test."""
    text = shrunk(Writer(seed).write(), seed, mode)
    tree = ast.parse(text)
    needed = [ast.unparse(n) for n in tree.body if isinstance(n, ast.FunctionDef) and f"{n.name}(" in text]
    used = [n for n in needed if sum(n.split("(")[0].removeprefix("def ") + "(" in other for other in needed) > 1]
    x, m, s = arguments(seed)
    program = "\n\n".join([*(n for n in used if n != needed[-1]), needed[-1]])
    return f"\n# WRONG, seed {seed}: {why}\n# x = {x.tolist()}, m = {m.tolist()}, s = {s}\n{program}\n"


def main() -> None:
    """Searches; the exit status says whether something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.programs.search", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", default="0:1000", help="first:last, default 0:1000")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: all cores)")
    parser.add_argument("--mode", choices=("rev", "fwd"), default="rev", help="reverse (default) or forward mode")
    options = parser.parse_args()
    first, last = map(int, options.seeds.split(":"))
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    wrong: list[tuple[int, str]] = []
    start = shown = time.monotonic()
    with multiprocessing.Pool(options.jobs, maxtasksperchild=200) as pool:
        for seed, what, why in pool.imap_unordered(partial(run, mode=options.mode), range(first, last), chunksize=5):
            counts[what] += 1
            if why and what != "WRONG":
                reasons[f"{what}: {why}"] += 1
            if what == "WRONG":
                wrong.append((seed, why))
                print(f"WRONG, seed {seed}: {why}", flush=True)
            done = sum(counts.values())
            if time.monotonic() - shown > 60.0 or done == last - first:
                shown = time.monotonic()
                print(f"{done} of {last - first}, {done / (shown - start):.1f} a second: {dict(counts)}", flush=True)
    for text, count in reasons.most_common():
        print(f"{count:7} {text}")
    for seed, why in wrong[:20]:
        print(report(seed, why, options.mode), flush=True)
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
