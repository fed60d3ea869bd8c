"""python -m tests.golden --update [CASE ...]: writes the sources that srcad generates now into the files."""

import argparse

from .files import names, update


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("--update", action="store_true", required=True, help="write into the files")
    parser.add_argument("cases", nargs="*", metavar="CASE", help="all, if none is named")
    for name in parser.parse_args().cases or names():
        print(f"{name}: {'changed' if update(name) else 'as it was'}")


main()
