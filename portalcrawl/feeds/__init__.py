"""Feed files: durable lines, publication by rename, manifests."""
