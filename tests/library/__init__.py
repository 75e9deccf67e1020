"""What the library promises, asked through its public calls alone."""
