"""Reads the Practifi org of a tenant, knows which user belongs to which mailbox, and says how things are. Never decides
what follows from it."""
