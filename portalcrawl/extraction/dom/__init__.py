"""The tree of a page: parsing, what readers can see, roles of classes, lines and boxes."""
