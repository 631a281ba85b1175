"""The configuration of a desk as files that people read: written, read, planned, applied and undone."""
