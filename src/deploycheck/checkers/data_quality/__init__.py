"""Is the data complete, in its domain, and free of repetition?"""
