"""Feed files: lines appended durably, published by rename, named in a manifest."""
