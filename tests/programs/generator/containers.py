"""Lists, dicts and tuples."""

from __future__ import annotations

from typing import ClassVar

from tests.programs.generator.expressions import Expressions


class Containers(Expressions):
    """Statements that make containers, write to them and take them apart."""

    STATEMENTS: ClassVar = {
        "list_statement": 3,
        "score_statement": 2,
        "dict_statement": 2,
        "tuple_statement": 2,
        "nested_list": 1,
        "nested_dict": 1,
        "comprehension": 1,
    }

    def list_statement(self) -> None:
        if not self.lists or self.chance(0.25):
            name = self.fresh("q")
            text = self.pick(
                [
                    f"[{self.vector(1)}, {self.vector(1)}]",
                    f"[{self.vector(1)}, {self.vector(1)}]",
                    f"list({self.pick(self.matrices)})",
                    f"[{self.vector(0)} * 1.0] * 2",
                    *(f"{old}{self.pick(['[:]', '.copy()', '[::-1]', ''])}" for old in self.lists),
                    *(f"{old} + [{self.vector(1)}]" for old in self.lists),
                ]
            )
            self.line(f"{name} = {text}")
            self.aliased = self.aliased or text in self.lists
            self.lists.append(name)
            return
        name = self.pick(self.lists)
        taken, kept = self.pick(self.vectors), self.pick([0, 1, -1])
        texts = [
            [f"{name}.append({self.vector(1)})"],
            [f"{name}.append({self.vector(1)})", f"{taken} = {name}.pop({self.pick(['', '0'])})"],
            [f"{name}[{kept}] = {self.vector(1)}"],
            [f"{name}[{kept}][{self.index()}] {self.pick(['=', '*='])} {self.number(1)}"],
            [f"{name}[{kept}] {self.pick(['+=', '*='])} {self.vector(1)}"],
            [f"{taken} = pushed({name}, {self.vector(1)})"],
            [f"{name}.insert({self.pick([0, 1])}, {self.vector(1)})"],
            [f"{name}.extend([{self.vector(1)}, {self.vector(1)}])"],
            [f"{name} += [{self.vector(1)}]"],
            [f"{name}[1:] = [{self.vector(1)}]"],
            [f"{name}[0], {name}[1] = {name}[1], {name}[0]"],
            [f"{taken}, *_ = {name}"],
            [f"put({name}, {kept}, {self.vector(1)})"],
            [f"{taken} = {name}[{kept}]"],
        ]
        texts += [[f"{name}.reverse()"]] if self.rare else []
        for text in self.pick(texts):
            self.line(text)

    def score_statement(self) -> None:
        if not self.scores or self.chance(0.25):
            name = self.fresh("z")
            text = self.pick(
                [
                    f"[{self.number(1)}, {self.number(1)}]",
                    f"[0.5] * 3 + [{self.number(1)}]",
                    f"[e * {self.number(0)} for e in {self.vector(1)}]",
                    f"{self.vector(1)}.tolist()",
                    f"list(entries({self.vector(0)})) + [{self.number(0)}]",
                ]
            )
            self.line(f"{name} = {text}")
            self.scores.append(name)
            return
        name = self.pick(self.scores)
        self.line(
            self.pick(
                [
                    f"{name}.append({self.number(1)})",
                    f"{name}[{self.pick([0, -1])}] {self.pick(['=', '*=', '+='])} {self.number(1)}",
                    f"{name} = {self.pick(['sorted', 'list'] if self.rare else ['list'])}({name})",
                    f"{name} = [e * 0.5 for e in {name}]",
                    f"{self.pick(self.numbers)} = sum({name}, {self.number(0)})",
                    f"{self.pick(self.numbers)} = {self.pick(['max', 'min'])}({name})",
                    f"{name}.extend(e * {self.number(0)} for e in {self.vector(0)})",
                    f"{self.pick(self.vectors)} = np.array({name}[:1] * 4) * {self.vector(0)}",
                ]
            )
        )

    def dict_statement(self) -> None:
        if not self.dicts or self.chance(0.25):
            name = self.fresh("d")
            texts = [
                f'{{"a": {self.vector(1)}, "b": {self.vector(1)}}}',
                f"dict(a={self.vector(1)}, b={self.vector(1)})",
            ]
            texts += [f"{{key: {self.vector(0)} * k for k, key in enumerate('ab')}}"]
            texts += [f"{{**{old}, 'b': {self.vector(1)}}}" for old in self.dicts]
            self.line(f"{name} = {self.pick(texts)}")
            self.dicts.append(name)
            return
        name = self.pick(self.dicts)
        item = f'{name}["{self.pick("ab")}"]'
        self.line(
            self.pick(
                [
                    f"{item} = {self.vector(1)}",
                    f"{item} = {self.vector(1)}",
                    f"{item}[{self.index()}] {self.pick(['=', '*=', '+='])} {self.number(1)}",
                    f"{item} {self.pick(['+=', '*='])} {self.vector(1)}",
                    f"{name}.update({{'{self.pick('ab')}': {self.vector(1)}}})",
                    f"{name}.setdefault('{self.pick('abc')}', {self.vector(1)})",
                    f"{name}['c'] = {self.vector(1)}",
                    *([f"{self.pick(self.vectors)} = {name}.pop('c', {self.vector(0)})"] if self.rare else []),
                    f"put({name}, '{self.pick('ab')}', {self.vector(1)})",
                ]
            )
        )

    def tuple_statement(self) -> None:
        choice = self.random.randrange(4)
        if not self.tuples or choice == 0:
            name = self.fresh("t")
            self.line(f"{name} = ({self.vector(1)}, {self.number(1)})")
            self.tuples.append(name)
        elif choice == 1:
            vector, number = self.fresh("v"), self.fresh("n")
            self.line(f"{vector}, {number} = {self.pick(self.tuples)}")
            self.vectors.append(vector)
            self.numbers.append(number)
        elif choice == 2:
            name = self.pick(self.tuples)
            self.line(f"{name} = ({name}[0] * {self.number(1)}, {self.number(1)})")
        else:
            self.line(f"{self.pick(self.tuples)}[0][{self.index()}] *= {self.number(1)}")

    def nested_list(self) -> None:
        name, taken = self.fresh("l"), self.pick(self.vectors)
        self.line(f"{name} = [[{self.vector(1)}, {self.vector(1)}], [{self.vector(0)}]]")
        texts = [f"{name}[0][1] = {self.vector(1)}", f"{name}[1].append({self.vector(1)})"]
        texts += [f"{name}[1][0][{self.index()}] *= {self.number(1)}", f"{name}[1] = {name}[0]"]
        for text in self.random.sample(texts, 2):
            self.line(text)
        self.line(f"{taken} = {self.pick([f'{name}[0][1] * 1.0', f'sum({name}[0])', f'{name}[1][-1]'])}")

    def nested_dict(self) -> None:
        name = self.fresh("o")
        self.line(f"{name} = {{'p': {{'w': {self.vector(1)}, 'k': {self.number(1)}}}, 'q': [{self.vector(0)}]}}")
        texts = [f"{name}['p']['w'] {self.pick(['=', '*='])} {self.vector(1)}", f"{name}['q'].append({self.vector(1)})"]
        texts += [f"{name}['p']['k'] += {self.number(1)}", f"{name}['q'][0][{self.index()}] = {self.number(1)}"]
        for text in self.random.sample(texts, 2):
            self.line(text)
        self.line(f"{self.pick(self.vectors)} = {name}['p']['w'] * {name}['p']['k'] + {name}['q'][-1]")

    def comprehension(self) -> None:
        name = self.fresh("q")
        source = self.pick([*self.matrices, f"({self.vector(1)}, {self.vector(1)})", *self.lists])
        self.vectors.append("e")
        condition = f" if np.sum(e) > {self.pick([-9.0, 0.1])}" if self.chance(0.3) else ""
        text = f"[{self.vector(1)} for e in {source}{condition}]"
        self.vectors.remove("e")
        if condition:
            self.line(f"{self.pick(self.vectors)} = sum({text}, {self.vector(0)})")
        else:
            self.line(f"{name} = {text}")
            self.lists.append(name)
