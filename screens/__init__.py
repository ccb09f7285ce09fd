"""The screens of Posology: they ask, call and show. No arithmetic and no parsing."""
