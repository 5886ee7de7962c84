"""What the checks share: running and counting tests, reading C text, the rules of tidy."""
