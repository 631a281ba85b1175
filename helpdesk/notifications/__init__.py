"""Notifications: who of the staff is told of what, and how."""
