"""What the documents show is what happens: their Python blocks run in order, and print the text block that follows.

`python tests/test_documents.py` writes what they print now into the documents.
"""

import contextlib
import io
import re
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCUMENTS = [README, ROOT / "docs" / "architecture.md", ROOT / "docs" / "rules.md"]
SHOWN = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```\n)?", re.M | re.S)


def printed_by(blocks, folder):
    """What each block prints, run one after the other in one namespace."""
    namespace = {"__name__": "document"}
    outputs = []
    for number, code in enumerate(blocks):
        path = Path(folder) / f"document_{number}.py"  # a file, since the source of functions is read from there
        path.write_text(code, encoding="utf-8")
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, str(path), "exec"), namespace)
        outputs.append(re.sub(r"[^\s(]*document_\d+\.py", "readme.py", printed.getvalue()))
    return outputs


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_the_blocks_run_and_print_what_is_shown(document, tmp_path):
    shown = list(SHOWN.finditer(document.read_text(encoding="utf-8")))
    assert len(shown) >= 3
    printed = printed_by([match["code"] for match in shown], tmp_path)
    for match, output in zip(shown, printed, strict=True):
        assert output == (match["output"] or ""), match["code"]


@pytest.mark.parametrize("name", ["example", "tests"])
def test_the_commands_are_there_for_ci(name):
    text = README.read_text(encoding="utf-8")
    assert len(re.findall(rf"<!-- command: {name} -->\n```sh\n(.+ && .+)\n```\n", text)) == 1


def update():
    """Writes what the blocks print into the documents."""
    sys.path.insert(0, str(ROOT))
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            outputs = iter(printed_by([match["code"] for match in SHOWN.finditer(text)], folder))
        document.write_text(_updated(text, outputs), encoding="utf-8")


def _updated(text, outputs):
    return SHOWN.sub(lambda match: _block(match["code"], next(outputs)), text)


def _block(code, output):
    return f"```python\n{code}```\n" + (f"\n```text\n{output}```\n" if output else "")


if __name__ == "__main__":
    update()
