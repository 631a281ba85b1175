"""Acts on tickets that can be taken back: who did what to which, what stood before, and undoing only that."""
