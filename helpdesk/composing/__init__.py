"""What agents write before it leaves: drafts kept while they type."""
