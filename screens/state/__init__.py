"""What a session keeps and what all sessions share."""
