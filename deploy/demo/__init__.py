"""A working day of the made-up city, played through the running house."""
