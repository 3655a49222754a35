"""Teasers: links to other articles of the portal, with the headline, picture, snippet etc. shown for each."""
