"""Charts of a report: laid out here in pixels, drawn by the templates."""
