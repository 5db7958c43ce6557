"""Text of others on a terminal: what it shows, and nothing that would steer it."""


def clean(text: str) -> str:
    """The same, with a sign in place of every character that cannot be seen."""
    return text if text.isprintable() else "".join(one if one.isprintable() else "\ufffd" for one in text)
