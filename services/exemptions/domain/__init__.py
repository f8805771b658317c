"""Rules on premiums: facts in, months and reasons out. Pure."""
