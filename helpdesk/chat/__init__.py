"""Chats with visitors of a site: a queue by group, agents who take them, and the way on by mail."""
