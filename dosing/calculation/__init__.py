"""From a rule and a patient to an amount."""
