"""All SQL of the vault."""
