"""Measuring the desk: `make bench`; what is measured and how is in README.md beside this file."""
