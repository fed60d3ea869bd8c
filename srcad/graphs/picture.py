"""The graph as the user sees it: printed, drawn in a notebook, saved to a file."""

from __future__ import annotations

from pathlib import Path

from srcad.errors import ArgumentError
from srcad.graphs.drawing import drawn
from srcad.graphs.reading import Node
from srcad.graphs.spelling import shown


class Graph:
    """The computational graph of a function at some arguments.  Made by `srcad.graph`.

    `nodes` are its steps in their order, the result last: each with `label`, `name`, `inputs` (positions of nodes),
    `value` and `cotangent` (None where no derivative passes).
    """

    def __init__(self, name: str, nodes: list[Node]):
        self.name = name
        self.nodes = nodes

    def __repr__(self) -> str:
        return f"<graph of {self.name}, {len(self.nodes)} nodes>"

    def __str__(self) -> str:
        """A line for each node: how it is computed, its value, its gradient."""
        rows = [("step", "value", "gradient")]
        named: list[str] = []
        for position, node in enumerate(self.nodes):
            named.append(node.label if node.is_argument else node.name or f"t{position}")
            gradient = "" if node.cotangent is None else shown(node.cotangent)
            written = [named[i] for i in node.inputs]
            what = node.label if node.is_argument else f"{named[-1]} = {written_out(node.label, written)}"
            rows.append((what, shown(node.value), gradient))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = (f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}" for a, b, c in rows)
        return "\n".join(line.rstrip() for line in lines)

    def _repr_svg_(self) -> str:
        return self.svg()

    def svg(self) -> str:
        """The picture as the text of an SVG file.  Raises ArgumentError if pygraphviz is not installed."""
        return drawn(self.name, self.nodes, "svg").decode()

    def save(self, file: str | Path) -> None:
        """Writes the picture to a file that ends in .svg or .png.

        Raises ArgumentError for other files, and if pygraphviz is not installed.
        """
        kind = Path(file).suffix.removeprefix(".")
        if kind not in ("svg", "png"):
            raise ArgumentError(f"{str(file)!r} ends in neither .svg nor .png", "save it under such a name")
        Path(file).write_bytes(drawn(self.name, self.nodes, kind))


def written_out(label: str, inputs: list[str]) -> str:
    """The label of a node with the names of its inputs.

    >>> written_out("2.0 * ·", ["x"]), written_out("+", ["x", "y"]), written_out("tanh", ["x"])
    ('2.0 * x', 'x + y', 'tanh(x)')
    """
    if "·" in label:
        for name in inputs:
            label = label.replace("·", name, 1)
        return label
    if label.isidentifier():
        return f"{label}({', '.join(inputs)})"
    if not inputs:
        return label
    first, *others = inputs
    if label[0] in ".[":
        return " ".join([f"{first}{label}", *others])
    if others:
        return f" {label} ".join(inputs)
    return f"{label.split()[0]}({first}, {label.partition(' ')[2]})" if " " in label else f"{label}{first}"
