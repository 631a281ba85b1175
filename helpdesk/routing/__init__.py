"""Who is given a ticket: what agents can bear and know, when they are away, and what waits for nobody."""
