"""The gallery shows every example, as it is."""

import importlib
import xml.etree.ElementTree as ElementTree

import pytest

from docs import gallery

EXAMPLES = {name: kind for section in gallery.SECTIONS.values() for name, kind in section.items()}


def test_the_page_is_up_to_date():
    assert gallery.PAGE.read_text(encoding="utf-8") == gallery.page(), "run python docs/gallery.py --page"


def test_every_example_is_shown():
    files = {path.stem for path in (gallery.ROOT / "examples").glob("*.py")}
    assert set(EXAMPLES) == files - {"common", "layers"}
    assert {path.name for path in gallery.PICTURES.iterdir()} == {f"{n}.{kind}" for n, kind in EXAMPLES.items()}


def test_pictures_are_small():
    assert {p.name: p.stat().st_size for p in gallery.PICTURES.iterdir() if p.stat().st_size > 60_000} == {}


def texts(file):
    return sorted("".join(node.itertext()) for node in ElementTree.parse(file).getroot().findall(".//{*}text"))


@pytest.mark.parametrize("name", [name for name, kind in EXAMPLES.items() if kind == "svg"])
def test_graphs_are_up_to_date(name, tmp_path, capsys):
    importlib.import_module(name).main(["--plot", str(tmp_path / "now.svg")])
    shown = texts(gallery.PICTURES / f"{name}.svg")
    assert texts(tmp_path / "now.svg") == shown, f"run python docs/gallery.py {name}"
    assert "1" in shown  # the gradient of the result
