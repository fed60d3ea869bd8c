"""Branches, loops, and what stands in blocks."""

from __future__ import annotations

from typing import ClassVar

from tests.programs.generator.expressions import Expressions


class Blocks(Expressions):
    """Compound statements, nested a few deep."""

    STATEMENTS: ClassVar = {
        "branch": 4,
        "loop": 4,
        "while_loop": 2,
        "endless": 1,
        "iterate": 3,
        "pairs": 1,
        "items": 1,
        "buffers": 1,
        "match": 1,
        "attempt": 1,
        "within": 1,
    }

    def branch(self) -> None:
        self.line(f"if {self.test()}:")
        if self.chance(0.1):
            self.depth += 1
            self.line(f"return {self.number(1)} * 1.0")
            self.depth -= 1
            return
        self.block()
        if self.chance(0.2):
            self.line(f"elif {self.test()}:")
            self.block()
        if self.chance(0.6):
            self.line("else:")
            self.block()

    def match(self) -> None:
        if self.counts and self.chance(0.6):
            self.line(f"match {self.pick(self.counts)} % 3:")
            patterns = ["0", "1 | 2", "_"]
        else:
            self.line(f"match ({self.number(0)}, {self.number(0)}):")
            patterns = [f"(p, r) if p {self.pick('<>')} r", "(p, _)", "_"]
        for pattern in patterns[: self.pick([1, 2, 3])]:
            self.depth += 1
            self.line(f"case {pattern}:")
            if "p" in pattern:
                self.line(f"    {self.pick(self.numbers)} = p * {self.number(0)}")
            self.block(1)
            self.depth -= 1

    def attempt(self) -> None:
        """A try statement, of which something may or may not raise."""
        if not self.tries:
            return self.within()
        self.line("try:")
        self.depth += 1
        self.statement()
        risk = self.random.randrange(4)
        name = self.pick(self.vectors)
        if risk == 0:
            self.line(f"if {self.test()}:")
            self.line(f"    raise {self.pick(['ValueError', 'KeyError', 'IndexError(3)'])}")
        elif risk == 1:
            self.line(f"{name} = checked({self.vector(1)}, {self.pick([0.0, 1.5])})")
        elif risk == 2:
            self.line(f"{name} = {{'a': {self.vector(0)}}}['{self.pick('ab')}'] * 1.0")
        if self.chance(0.5):
            self.statement()
        self.depth -= 1
        handlers = self.pick([["ValueError"], ["(ValueError, LookupError)"], ["Exception as error"], []])
        if risk != 3 and not handlers:
            handlers = ["Exception"]
        for handler in handlers:
            self.line(f"except {handler}:")
            self.block(1)
        if handlers and self.chance(0.3):
            self.line("else:")
            self.block(1)
        if not handlers or self.chance(0.3):
            self.line("finally:")
            self.block(1)
        return None

    def within(self) -> None:
        """A with statement."""
        manager = self.pick(["np.errstate(all='ignore')", "contextlib.nullcontext()", "Level(x * 1.0) as held"])
        self.line(f"with {manager}:")
        self.block()

    def loop(self) -> None:
        if self.loops:
            self.line(f"for j{self.loops} in range({self.pick([1, 2, 3])}):")
        else:
            self.line(f"for i in range({self.pick(['0', '1', '2', '3', '3, 0, -1', '1, 4', *self.counts])}):")
        self.inside_loop()

    def iterate(self) -> None:
        name = self.fresh("e")
        index = self.fresh("h")
        source = self.pick([*self.matrices, *self.lists])
        order = self.pick([source, source, source, f"reversed({source})", f"{source}[1:]", f"{source}[::-1]"])
        order = f"{source}[:]" if self.aliased and source in self.lists else order
        if self.chance(0.5):
            self.line(f"for {name} in {order}:")
        else:
            self.line(f"for {index}, {name} in enumerate({order}):")
        if source in self.lists and self.chance(0.9):
            self.lists.remove(source)  # growing it here would never end
            self.inside_loop([name])
            self.lists.append(source)
        elif source in self.matrices:
            self.inside_loop([name])
        else:
            self.depth += 1
            self.line(f"{name} *= 0.5")
            self.depth -= 1

    def pairs(self) -> None:
        """A loop over two things at once, or over the numbers of a vector."""
        a, b = self.fresh("e"), self.fresh("n")
        source = self.pick(self.matrices)
        if self.chance(0.5):
            self.line(f"for {a}, {b} in zip({source}, {self.vector(0)}):")
            self.numbers.append(b)
            self.inside_loop([a])
        else:
            self.line(f"for {b} in {self.vector(0)}:")
            self.numbers.append(b)
            self.inside_loop([])
        self.numbers.remove(b)

    def items(self) -> None:
        """A loop over the items of a dict."""
        if not self.dicts:
            return self.branch()
        key, name, source = self.fresh("k"), self.fresh("e"), self.pick(self.dicts)
        if self.chance(0.3):
            self.line(f"for {key} in {source}:")
            self.line(f"    {source}[{key}] = {source}[{key}] * {self.number(1)}")
            return None
        self.line(f"for {key}, {name} in {source}.items():")
        self.dicts.remove(source)
        self.inside_loop([name])
        self.dicts.append(source)
        return None

    def buffers(self) -> None:
        """A time stepper with two buffers that take turns."""
        old, new = self.fresh("u"), self.fresh("u")
        self.line(f"{old}, {new} = {self.vector(1)} * 1.0, np.zeros(4)")
        self.line(f"for {self.fresh('z')} in range({self.pick([1, 2, 3])}):")
        self.depth += 1
        self.line(f"{new}[1:] = {old}[:-1] * {self.number(1)}")
        self.line(f"{new}[0] = {self.number(1)}")
        if self.chance(0.5):
            self.line(f"if {self.test()}:")
            self.depth += 1
            self.line(self.pick(["break", "continue", f"{old} = {old} + 0.1"]))
            self.depth -= 1
        self.line(f"{old}, {new} = {new}, {old}")
        self.depth -= 1
        self.vectors += [old, new]

    def inside_loop(self, vectors: list[str] | None = None) -> None:
        """The body of a loop, and what may follow it."""
        iterating = vectors is not None
        self.loops += 0 if iterating else 1
        saved = list(self.vectors)
        self.vectors += vectors or []
        self.block()
        if self.chance(0.3):
            self.depth += 1
            self.line(f"if {self.test()}:")
            self.depth += 1
            returning = self.chance(0.3)
            self.line(f"return {self.number(1)} * 1.0" if returning else self.pick(["break", "continue"]))
            self.depth -= 1
            self.statement() if self.depth < 5 else self.line("pass")
            self.depth -= 1
        self.vectors = saved
        self.loops -= 0 if iterating else 1
        if self.chance(0.15):
            self.line("else:")
            self.block(1)

    def while_loop(self) -> None:
        counter = self.fresh("c")
        self.line(f"{counter} = 0")
        self.line(f"while {counter} < {self.pick([1, 2, 3])} and {self.test()}:")
        self.depth += 1
        self.line(f"{counter} += 1")
        self.depth -= 1
        self.block()
        if self.chance(0.15):
            self.line("else:")
            self.block(1)

    def endless(self) -> None:
        counter = self.fresh("c")
        self.line(f"{counter} = 0")
        self.line("while True:")
        self.depth += 1
        self.line(f"{counter} += 1")
        self.line(f"if {counter} > {self.pick([1, 2])} or {self.test()}:")
        self.line(f"    {self.pick(['break', 'break', f'return {self.number(1)} * 1.0'])}")
        self.depth -= 1
        self.block()
