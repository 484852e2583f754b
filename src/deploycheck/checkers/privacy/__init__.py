"""Do data and model keep what they know about people to themselves?"""
