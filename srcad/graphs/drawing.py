"""The picture of a graph, laid out and drawn by Graphviz, which pygraphviz brings along.

Each node is a table: what the step computes, and beside it the edge that leaves it, a rule with the value above and
the gradient below.  Boxes are clusters, nested as the calls and loops were.
"""

from __future__ import annotations

import html
from typing import Any

from srcad.errors import ArgumentError
from srcad.graphs.reading import Node
from srcad.graphs.spelling import shown
from srcad.graphs.trace import Box

INK, EDGE, VALUE, GRADIENT, MUTED = "#1f2933", "#9aa5b1", "#2f7d4f", "#c0392b", "#52606d"
FILL, ARGUMENT, RESULT = "#f5f7fa", "#e3edf7", "#fdf0d5"
SHADES = ("#fbfcfd", "#f3f6f9", "#eaf0f5", "#e1e9f0")
FONT = "Helvetica,Arial,DejaVu Sans,sans-serif"
LONGEST = 26


def drawn(name: str, nodes: list[Node], kind: str) -> bytes:
    """The picture as the bytes of a file of this kind.  Raises ArgumentError if pygraphviz is not installed."""
    try:
        import pygraphviz  # noqa: PLC0415 (optional)
    except ImportError:
        raise ArgumentError("drawing needs pygraphviz", 'install it: pip install "srcad[graph]"') from None
    picture = pygraphviz.AGraph(directed=True, strict=False, name=name, **_GRAPH)
    picture.node_attr.update(shape="plain", fontname=FONT, fontsize="11", fontcolor=INK)
    picture.edge_attr.update(color=EDGE, arrowsize="0.6", penwidth="1.2")
    boxes: dict[tuple[Box, ...], Any] = {(): picture}
    for position, node in enumerate(nodes):
        for depth in range(1, len(node.path) + 1):
            path = node.path[:depth]
            if path not in boxes:
                boxes[path] = boxes[path[:-1]].add_subgraph(name=f"cluster_{len(boxes)}", **_cluster(path))
        tip = f"{node.name}: {node.label}" if node.name else node.label
        label = _table(node, is_result=position == len(nodes) - 1)
        boxes[node.path].add_node(position, label=label, tooltip=tip)
        for source in node.inputs:
            picture.add_edge(source, position, tailport="out:e", headport="op:w")
    return picture.draw(format=kind, prog="dot")


_GRAPH = {
    "rankdir": "LR",
    "nodesep": "0.18",
    "ranksep": "0.35",
    "bgcolor": "white",
    "fontname": FONT,
    "fontsize": "10",
    "fontcolor": MUTED,
    "dpi": "96",
}


def _cluster(path: tuple[Box, ...]) -> dict[str, str]:
    shade = SHADES[min(len(path), len(SHADES)) - 1]
    label = short(path[-1].title, 48)
    return {"label": label, "style": "rounded,filled", "color": EDGE, "fillcolor": shade, "labeljust": "l"}


def _table(node: Node, is_result: bool) -> str:
    """The label of a node: a rounded box, and the beginning of its edge."""
    fill = ARGUMENT if node.is_argument else RESULT if is_result else FILL
    name = f'<BR/><FONT POINT-SIZE="9" COLOR="{MUTED}">{_text(node.name)}</FONT>' if node.name else ""
    box = (
        f'<TABLE BORDER="1" CELLBORDER="0" STYLE="ROUNDED" COLOR="{EDGE}" BGCOLOR="{fill}" CELLPADDING="3">'
        f"<TR><TD><B>{_text(node.label)}</B>{name}</TD></TR></TABLE>"
    )
    gradient = " " if node.cotangent is None else shown(node.cotangent)
    edge = (
        f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1" COLOR="{EDGE}">'
        f'<TR><TD><FONT COLOR="{VALUE}">{_text(shown(node.value))}</FONT></TD></TR><HR/>'
        f'<TR><TD><FONT COLOR="{GRADIENT}">{_text(gradient)}</FONT></TD></TR></TABLE>'
    )
    return (
        '<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">'
        f'<TR><TD PORT="op">{box}</TD><TD PORT="out">{edge}</TD></TR></TABLE>>'
    )


def _text(text: str) -> str:
    return html.escape(short(text, LONGEST)) if text.strip() else " "


def short(text: str, longest: int) -> str:
    """A text with its middle left out, if it is too long.

    >>> short("maximum(0.0, scores - right + 1.0)", 20)
    'maximum(0.…ght + 1.0)'
    """
    if len(text) <= longest:
        return text
    half = longest // 2
    return f"{text[:half]}…{text[-half:]}"
