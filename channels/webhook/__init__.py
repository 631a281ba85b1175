"""Signed JSON in, signed JSON out: for every service we have not met."""
