"""The hash chain and its verification: pure."""
