"""portalcrawl: news portals in, clean JSON Lines out."""

__version__ = "0.1.0"
