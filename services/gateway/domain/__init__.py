"""Who is staff, what they may do, and how long a session lasts: pure rules, no clock, no I/O."""
