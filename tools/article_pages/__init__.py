"""Article pages made for tests: any markup, furniture, declarations and language, with the article that they show."""
