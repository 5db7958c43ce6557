"""The services, the life they share (kernel) and their ways to outsiders (clients)."""
