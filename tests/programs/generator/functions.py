"""Calls of helpers, and functions made inside the program: closures, shared variables, generators, recursion."""

from __future__ import annotations

from typing import ClassVar

from tests.programs.generator.expressions import Expressions


class Functions(Expressions):
    """Statements that call functions and make them."""

    STATEMENTS: ClassVar = {
        "helper_statement": 3,
        "function_statement": 2,
        "counter": 1,
        "late_binding": 1,
        "generator": 1,
    }

    def helper_statement(self) -> None:
        name = self.pick(self.vectors)
        number, half = self.fresh("n"), self.fresh("h")
        texts = [
            [f"{self.pick(self.numbers)} = first_large({name})"],
            [f"halve({name})"],
            [f"middle({name})[:] = {self.number(1)}"],
            [f"{name} = damped({self.vector(1)}, {self.vector(1)})"],
            [f"{name} = blend({self.vector(1)}, less={self.vector(0)}, more={self.vector(0)})"],
            [f"put({name}, {self.index()}, {self.number(1)})"],
        ]
        if self.rare:
            texts += [
                [f"{name} = nested({self.vector(1)}, {self.pick([0, 1, 2])})"],
                [
                    f"{half}, {number} = both({self.vector(1)})",
                    f"{name}[1:3] {self.pick(['=', '*='])} {half} * {number}",
                ],
                [f"{name}, {half} = kept({self.vector(1)}, kept({self.vector(0)})[1])"],
            ]
        for text in self.pick(texts):
            self.line(text)

    def function_statement(self) -> None:
        """A function that reads, or writes, what is outside it."""
        name = self.fresh("g")
        self.vectors.append("a")
        if self.chance(0.4):
            default = f", k={self.number(0)}" if self.chance(0.3) else ""
            self.line(f"{name} = lambda a{default}: {self.vector(1)}{' * k' if default else ''}")
        else:
            self.line(f"def {name}(a):")
            self.depth += 1
            if self.chance(0.4):
                self.line(f"{self.pick(self.vectors)}[{self.index()}] = {self.number(1)}")
            if self.chance(0.2):
                self.line(f"if {self.test()}:")
                self.line(f"    return {self.vector(1)} * 0.5")
            self.line(f"return {self.vector(1)} * 1.0")
            self.depth -= 1
        self.vectors.remove("a")
        self.functions.append(name)

    def counter(self) -> None:
        """A variable that an inner function changes."""
        state, name = self.fresh("n"), self.fresh("g")
        self.line(f"{state} = {self.number(1)}")
        self.numbers.append(state)
        self.line(f"def {name}(a):")
        self.depth += 1
        self.line(f"nonlocal {state}")
        self.line(f"{state} = {state} * {self.pick([0.5, -0.4])} + {self.pick(['a[0]', 'np.sum(a) * 0.2', '0.1'])}")
        self.line(f"return a * {state}")
        self.depth -= 1
        self.functions.append(name)
        if self.chance(0.5):
            self.line(f"{self.pick(self.vectors)} = {name}({self.vector(1)}) + {name}({self.vector(0)})")

    def late_binding(self) -> None:
        """Functions made in a loop, called after it."""
        if not self.rare:
            return self.counter()
        name, k = self.fresh("g"), self.fresh("k")
        bound = self.pick([f", {k}={k}", ""])
        self.line(f"{name} = [lambda a{bound}: a * {k} + {self.vector(0)} for {k} in range({self.pick([1, 2, 3])})]")
        self.line(f"{self.pick(self.vectors)} = {name}[{self.pick([0, -1])}]({self.vector(1)})")
        return None

    def generator(self) -> None:
        """A generator function made inside the program."""
        name, a = self.fresh("y"), self.pick(self.vectors)
        self.line(f"def {name}(count):")
        self.depth += 1
        self.line("for k in range(count):")
        self.line(f"    yield {self.vector(1)} * k")
        if self.chance(0.3):
            self.line(f"yield {self.vector(0)}")
        self.depth -= 1
        use = self.random.randrange(3)
        if use == 0:
            self.line(f"{a} = sum({name}({self.pick([1, 2])}), {self.vector(0)})")
        elif use == 1:
            self.line(f"for e in {name}({self.pick([0, 2, 3])}):")
            self.line(f"    {a} {self.pick(['=', '+='])} e * {self.number(0)}")
        else:
            self.line(f"{a} = {self.vector(0)} + [*{name}(2)][1]")
