"""Is what must be written down written down?"""
