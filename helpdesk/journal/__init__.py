"""The journal: every change, who made it, why, before and after, chained by digests."""
