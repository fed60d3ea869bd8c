"""Writes docs/gallery.md from the examples: what each says of itself, how to run it, and the picture it draws.

python docs/gallery.py           # runs every example and draws every picture anew (some minutes)
python docs/gallery.py --page    # writes the page alone
python docs/gallery.py NAME ...  # draws the pictures of these examples, and writes the page
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PAGE, PICTURES = ROOT / "docs" / "gallery.md", ROOT / "docs" / "gallery"

SECTIONS = {
    "Small systems, with numbers that are known": {
        "wengert_list": "svg",
        "sigmoid_neuron": "svg",
        "gates": "svg",
        "squared_norm": "svg",
        "class_scores": "svg",
        "nested_functions": "svg",
        "accumulated_uses": "svg",
        "table_of_operators": "svg",
    },
    "Classifiers and dense networks": {
        "linear_classifiers": "png",
        "xor": "png",
        "dense_networks": "png",
        "digits_mlp": "png",
        "update_rules": "png",
        "activations": "png",
        "normalisation": "png",
    },
    "Images": {"convolutions": "svg", "lenet": "png", "alexnet": "png", "autoencoder": "png", "adversaries": "png"},
    "Sequences": {
        "characters": "png",
        "word_vectors": "png",
        "attention": "png",
        "turing_machine": "png",
        "transformer": "png",
    },
    "Physics and fitting": {"ode_parameters": "png", "heat_equation": "png"},
}
"""The examples by section, each with the kind of its picture."""

INTRODUCTION = """# Gallery

Every example is a program of plain NumPy that runs in less than a minute; `--show-source` prints the gradient that was
written for it, `--plot FILE` draws the picture shown here. They need `pip install "srcad[examples]"`.

In the drawn graphs every step is a node, with its value above the edge that leaves it and the gradient below. Calls and
loops are boxes. `srcad.graph(f)(*args)` draws one of any function, `python -m srcad graph FILE.py:FUNCTION` from a
shell. `python docs/gallery.py` writes this page.
"""


def page() -> str:
    """The page, from the docstrings of the examples."""
    parts = [INTRODUCTION]
    for section, examples in SECTIONS.items():
        parts.append(f"## {section}\n")
        parts.extend(entry(name, kind) for name, kind in examples.items())
    return "\n".join(parts)


def entry(name: str, kind: str) -> str:
    """An example: its title, how to run it, what it says, its picture."""
    text = ast.get_docstring(ast.parse((ROOT / "examples" / f"{name}.py").read_text(encoding="utf-8"))) or ""
    title, *paragraphs = text.split("\n\n")
    commands = "\n".join(line.strip() for line in paragraphs[0].splitlines())
    said = "\n\n".join(paragraphs[1:])
    picture = f"![{name}](gallery/{name}.{kind})"
    return f"### {title.rstrip('.')}\n\n{said}\n\n```sh\n{commands}\n```\n\n{picture}\n"


def draw(name: str, kind: str) -> None:
    """Runs an example with its own settings, and keeps the picture, a PNG in few colours."""
    file = PICTURES / f"{name}.{kind}"
    subprocess.run([sys.executable, ROOT / "examples" / f"{name}.py", "--quiet", "--plot", file], check=True)
    if kind == "png":
        with Image.open(file) as image:
            image.convert("RGB").quantize(64).save(file, optimize=True)


def main(names: list[str]) -> None:
    """Draws and writes."""
    PICTURES.mkdir(exist_ok=True)
    examples = {name: kind for section in SECTIONS.values() for name, kind in section.items()}
    wanted = [] if names == ["--page"] else names or list(examples)
    for name in wanted:
        draw(name, examples[name])
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
