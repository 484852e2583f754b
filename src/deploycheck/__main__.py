"""``python -m deploycheck`` is ``deploycheck``."""

import os
import sys

# `python -m` puts the caller's folder first, and a candidate's click.py would answer for the gate.
if sys.path and sys.path[0] in {"", os.getcwd()} and not sys.flags.safe_path:  # noqa: PTH109
    del sys.path[0]

from deploycheck.cli.main import main

if __name__ == "__main__":
    main()
