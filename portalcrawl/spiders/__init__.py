"""The spider: requests and callbacks."""
