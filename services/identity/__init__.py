"""identity: who the residents are, and what others may know of them."""
