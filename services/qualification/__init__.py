"""qualification: who is insured, since when, and why (資格管理)."""
