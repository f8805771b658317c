"""What every service stands on. Knows no pension term; imports no service."""
