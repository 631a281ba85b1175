"""Rules at work: triggers, timed rules, macros, forms and canned answers; what they would do, and what they did."""
