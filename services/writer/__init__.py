"""Carries out orders on both sides, and says what became of them. Never decides what should be written."""
