"""Looks at a project's folder: data, columns and their roles, models, documents, pipelines."""
