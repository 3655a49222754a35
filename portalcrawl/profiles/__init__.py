"""Profiles: what is known of each portal, in TOML files."""
