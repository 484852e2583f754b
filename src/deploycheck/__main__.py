"""``python -m deploycheck`` is ``deploycheck``."""

from deploycheck.cli.main import main

if __name__ == "__main__":
    main()
