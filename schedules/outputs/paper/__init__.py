"""What is printed: chart, worksheet, patient sheet and pump card."""
