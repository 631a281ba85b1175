"""The chat: what a visitor of a site types into the widget there, and what is answered."""
