"""The run's one clock, for checkers that measure an age."""

from datetime import datetime


class AsOf(datetime):
    """A checker's argument of this type receives the instant that the run is as of, in UTC.

    It comes from ``--as-of``, or is the moment the run began. A checker that asks for it is
    measured again at every instant; no other clock may be read.
    """
