"""All SQL of exemptions."""
