"""Reads the mailboxes of a tenant and says how they are. Never decides what follows from it."""
