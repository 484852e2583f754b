"""Is the release made of what it says it is made of?"""
