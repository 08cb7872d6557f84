"""What marks say of those who give them: agreement between two people."""
