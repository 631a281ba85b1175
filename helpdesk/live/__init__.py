"""Open lines: the process that holds the connections of widgets and consoles and tells them what is new."""
