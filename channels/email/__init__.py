"""E-mail: mailboxes, the SMTP and LMTP door, reading, writing and sending."""
