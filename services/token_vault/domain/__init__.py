"""The vault's rules: pure, without I/O, clock or randomness."""
