"""What a report is, whether it is due, and what its record on the medium looks like. No I/O."""
