"""How an actor lives: hear, decide, commit, receipt. Knows no calendar, no remote and no service."""
