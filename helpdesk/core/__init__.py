"""The ground floor: database, clock, events, the unit of work, the outbox and its runners."""
