"""Speed, as ratios measured in one run on one machine; never a timed assertion in a test."""
