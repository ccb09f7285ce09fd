"""What a drug file may say: limits, routes, conditions, rate ladders, dose bands."""
