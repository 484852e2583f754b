"""Metrics of prediction as estimates: what is averaged over rows, and the function of the means."""
