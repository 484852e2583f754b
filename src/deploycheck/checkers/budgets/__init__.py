"""Does the model keep to its budgets of size, time and cost?"""
