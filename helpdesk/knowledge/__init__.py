"""What the desk knows and tells: articles in versions and languages, each for its audience."""
