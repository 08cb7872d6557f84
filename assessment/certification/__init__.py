"""Applications, unit results, decision meetings, appeals."""
