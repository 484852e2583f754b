"""Does the model predict well enough?"""
