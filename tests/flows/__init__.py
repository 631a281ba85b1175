"""Stories told from end to end: real mail, real pages, real background work."""
