"""Prints a command that the README gives: the code block after the comment `<!-- command: NAME -->`."""

import re
import sys
from pathlib import Path


def command(readme: str, name: str) -> str:
    r"""The one line of the code block that a comment names.

    >>> command("<!-- command: tests -->\n```sh\npip install . && pytest\n```\n", "tests")
    'pip install . && pytest'
    """
    found = re.findall(rf"<!-- command: {re.escape(name)} -->\n```sh\n(.+)\n```\n", readme)
    if len(found) != 1:
        raise SystemExit(f"the README gives {len(found)} commands named {name}")
    return found[0]


if __name__ == "__main__":
    print(command((Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8"), sys.argv[1]))
