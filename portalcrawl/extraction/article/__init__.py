"""What the visible page says of its article, read without any knowledge of the portal."""
