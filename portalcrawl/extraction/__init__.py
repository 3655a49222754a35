"""Reading one page: raw parts out of one parsed tree. Knows neither items nor loaders."""
