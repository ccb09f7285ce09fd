"""What people decided: a plan, the patient as typed, and each later change."""
