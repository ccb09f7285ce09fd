"""What several tests share: made-up files, plans, a server, the programs outside Python."""
