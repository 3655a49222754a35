"""What the rules of a profile find on a page."""
