"""Search: one seam, two engines; finds only what the reader may see."""
