"""From policy and release to a decision: load, plan, measure, judge, decide, record."""
