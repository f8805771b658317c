"""How the house is run: the embedded stack, its images, and the rules its code is held to."""
