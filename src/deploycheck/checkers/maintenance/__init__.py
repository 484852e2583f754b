"""Is the model still fit to stay?"""
