"""Is the model better than the one in force, or at least not worse?"""
