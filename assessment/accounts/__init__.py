"""Certification bodies, sites, persons, accounts, roles, duties and sign-in."""
