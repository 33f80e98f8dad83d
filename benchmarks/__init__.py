"""What things cost: each module is a program that measures and prints."""
