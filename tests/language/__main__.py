"""python -m tests.language: writes docs/language.md and generated/, from the table of the language and its examples."""

from .document import PAGE, text
from .golden import FOLDER, generate, names, path

PAGE.write_text(text(), encoding="utf-8")
FOLDER.mkdir(exist_ok=True)
for file in FOLDER.glob("*.txt"):
    if file.stem not in names():
        file.unlink()
for name in names():
    path(name).write_text(generate(name), encoding="utf-8")
