"""All SQL of claims."""
