"""Taking out of messages what must not be kept: everywhere at once, with a reason, and for good."""
