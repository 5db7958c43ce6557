"""How we speak to outsiders. Nothing raw leaves: what comes out is a contract's value or one of the four errors."""
