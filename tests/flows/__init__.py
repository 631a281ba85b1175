"""Stories from bytes to browser."""
