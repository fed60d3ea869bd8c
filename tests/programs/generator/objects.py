"""Instances of classes: attributes, methods, operators, properties."""

from __future__ import annotations

from typing import ClassVar

from tests.programs.generator.expressions import Expressions


class Objects(Expressions):
    """Statements that make objects, write to them and call their methods."""

    STATEMENTS: ClassVar = {"object_statement": 3}

    def object_statement(self) -> None:
        if not self.objects or self.chance(0.3):
            name = self.fresh("o")
            made = self.pick(["Level", "Level", "Cap"])
            texts = [f"{made}({self.vector(1)}, {self.number(1)})", f"{made}({self.vector(1)})"]
            texts += [f"{old} + {self.pick(self.objects)}" for old in self.objects]
            texts += [f"{old} * {self.number(1)}" for old in self.objects]
            texts += self.objects
            self.line(f"{name} = {self.pick(texts)}")
            self.objects.append(name)
            return
        name = self.pick(self.objects)
        texts = [
            f"{name}.v = {self.vector(1)}",
            f"{name}.n {self.pick(['=', '*=', '+='])} {self.number(1)}",
            f"{name}.v {self.pick(['*=', '+='])} {self.vector(1)}",
            f"{name}.v[{self.index()}] {self.pick(['=', '*='])} {self.number(1)}",
            f"{name}[{self.index()}] {self.pick(['=', '+='])} {self.number(1)}",
            f"{name}.scale({self.number(1)}).bump({self.index()}, {self.number(0)})",
            f"{name}.bump({self.index()}, {self.number(1)})",
            f"{name} *= {self.number(1)}",
            f"{name}, {self.pick(self.objects)} = {self.pick(self.objects)}, {name}",
            f"{self.pick(self.numbers)} = {name}.norm()",
            f"{self.pick(self.vectors)} = sum((o({self.vector(0)}) for o in [{name}, {name} * 0.5]), {name}.v)",
        ]
        self.line(self.pick(texts))
