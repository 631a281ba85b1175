"""Telephone systems: signed news of calls that ring, are answered, end or are missed."""
