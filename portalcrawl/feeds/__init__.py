"""Feed files: durable appends, publication by rename, manifests."""
