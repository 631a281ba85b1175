"""The demo desk: a council with its people and two hundred tickets, told through the real commands."""
