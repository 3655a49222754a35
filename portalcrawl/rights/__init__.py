"""Rights that publishers reserve: signals in robots.txt, tdmrep.json and pages, and an archive of the documents.

They are only recorded, as evidence; nothing here decides what is fetched.
"""
