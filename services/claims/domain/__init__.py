"""Who may claim, and what has to be examined. Pure."""
