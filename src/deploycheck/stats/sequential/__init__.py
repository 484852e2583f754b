"""Bounds and tests that hold however often, and whenever, a stream is looked at.

A bound of a fixed sample, looked at after every row, is missed sooner or later. A confidence
sequence covers at all times at once with probability 1 − alpha, and an e-process may be stopped at
any time: both follow from Ville's inequality, that a nonnegative supermartingale which starts at 1
ever reaches 1 / alpha with probability at most alpha.

Every state is a frozen value with a method ``update(values)`` that takes the next rows and returns
the next state and what is known after each of them. Rows in many batches give the same bytes as in
one.

* :mod:`~deploycheck.stats.sequential.bernoulli`: proportions, and means of numbers in [0, 1];
* :mod:`~deploycheck.stats.sequential.betting`: means of numbers in [0, 1], the narrowest;
* :mod:`~deploycheck.stats.sequential.bernstein`: the same by a formula, in no time;
* :mod:`~deploycheck.stats.sequential.normal`: sub-Gaussian means, of known scale;
* :mod:`~deploycheck.stats.sequential.eprocess`: a test whether a mean exceeds a bound;
* :mod:`~deploycheck.stats.sequential.shift`: a stream against a reference that is a sample too.

All assume rows whose mean, given the rows before, is always the same (the e-process: never beyond
the bound). Independence is not needed.
"""
