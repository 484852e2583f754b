"""Randomness that repeats: a seed that depends on what is measured and on nothing else."""


class Seed(int):
    """A checker's argument of this type receives its seed.

    The seed is made of the evidence's digests, the checker's id and its parameters, so that the
    same inputs give the same numbers, whatever else runs, in which order and in which process.
    """
