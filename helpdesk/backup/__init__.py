"""A copy of the whole desk while it runs, and the desk again out of the copy."""
