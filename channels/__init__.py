"""How messages get in and out; knows no database, no web framework and no ticket."""
