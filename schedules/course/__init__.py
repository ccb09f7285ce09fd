"""What follows from a plan: dates, doses, findings, and changes carried out."""
