"""Slack: what people say in channels and to the app, by calls to us or by a line that we hold (Socket Mode)."""
