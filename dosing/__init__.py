"""From a patient and a rule to an amount that can explain itself."""
