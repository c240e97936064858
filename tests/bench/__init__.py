"""What a task costs: ``make bench``."""
