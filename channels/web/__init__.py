"""Contacts by the desk's own portal: forms, and what is added to a request."""
