"""Telephone calls: who rang, what was said, whom to ring back and when."""
