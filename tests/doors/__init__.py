"""What comes from outside and cannot be used is answered in words, at every door."""
