"""Files that released versions wrote, which every later version reads as they were meant."""
