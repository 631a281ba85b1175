"""What texts of people begin with."""


def beginning(text: str) -> str:
    """The first words of a text, for a subject."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= 80 else f"{line[:79].rstrip()}…"
