"""Tickets: what a person wants from the desk, and the conversation about it."""
