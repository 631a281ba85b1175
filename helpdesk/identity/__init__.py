"""Who is who: people found to be one, merged and parted again, and those who speak for others."""
