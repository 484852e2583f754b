"""Work without the cyclic garbage collector, where thousands of lasting objects are made.

A full collection looks at every object there is. While a plan or a report is built nothing of it
is garbage, and looking again and again costs up to a fifth of the whole run.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet() -> Iterator[None]:
    """Put the collector off until the work is done; nested uses and a caller's choice are kept."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
