"""Views: named lists of tickets that people make from the query language of the search, with live counts."""
