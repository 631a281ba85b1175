"""Answers the desk gives by itself: declared look-ups, matched to what people ask, the same at every door."""
