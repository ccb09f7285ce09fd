"""What no test thought of: each door of the program, fed from a grammar."""
