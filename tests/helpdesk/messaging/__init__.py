"""Tests of messaging: mail in, mail out."""
