"""What a page declares of itself for machines: JSON-LD, microdata, meta tags."""
