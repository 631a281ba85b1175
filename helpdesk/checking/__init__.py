"""How the desk stands: what is looked at, what rings, and who is told."""
