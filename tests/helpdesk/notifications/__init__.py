"""Tests of notifications: who is told of what."""
