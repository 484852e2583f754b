"""The process of its own in which a model runs, and what is asked of its file before."""
