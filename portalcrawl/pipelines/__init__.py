"""Item pipelines: validate, deduplicate and write."""
