"""Who is let in: the sign-in, its session and its limits."""
