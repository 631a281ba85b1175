"""Forms of the portal: what is being filled in, and what becomes of it."""
