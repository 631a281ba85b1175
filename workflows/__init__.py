"""Time and rules as pure functions; asks nobody what time it is."""
