"""The pieces that several pages draw."""
