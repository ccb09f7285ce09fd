"""What holds for all amounts and dates, proved by z3, each beside a broken twin."""
