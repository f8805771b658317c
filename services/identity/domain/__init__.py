"""Rules of identity: facts in, conclusions out. No I/O, no clock, no randomness."""
