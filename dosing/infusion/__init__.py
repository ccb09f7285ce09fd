"""From an amount in a bag to the steps of a pump."""
