"""SLA on tickets: what happened to each in the order of time, its clocks, and what falls due."""
