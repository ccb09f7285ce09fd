"""What lets a program answer the questions of DoseBench."""
