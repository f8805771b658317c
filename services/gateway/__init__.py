"""The one door for people: sign-in, rights, and the way to the services behind it."""
