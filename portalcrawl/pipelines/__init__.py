"""From items to lines: validate, deduplicate, write."""
