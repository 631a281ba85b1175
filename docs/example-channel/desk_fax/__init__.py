"""A fax gateway as a channel of the desk."""
