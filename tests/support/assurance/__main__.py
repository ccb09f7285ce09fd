"""The door of the assurance; a process that it starts reads ``run`` by its own name."""

import sys

from tests.support.assurance.run import main

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
