"""The actions of ``scrapy schedule``."""
