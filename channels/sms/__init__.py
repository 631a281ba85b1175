"""Text messages, by whichever gateway carries them."""
