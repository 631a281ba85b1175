"""People: requesters and agents in one table, their addresses, organisations, agencies, groups and sign-ins."""
