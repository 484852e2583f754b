"""Report formats: each a pure function of the decision, all telling the same facts."""
