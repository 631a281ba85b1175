"""What the services of Meta have in common: the proof of their calls, the graph we call, what went wrong in plain words."""
