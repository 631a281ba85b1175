"""Messaging: how contacts become tickets and answers leave, whatever the channel."""
