"""What a person looks at: summary, margins, checklist, dispensing, courses side by side."""
