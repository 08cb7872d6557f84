"""The one list of blueprints, commands and everything else that a feature brings along."""

from flask import Blueprint

from assessment.accounts.views import accounts
from assessment.web.home import health, home

BLUEPRINTS: tuple[Blueprint, ...] = (home, health, accounts)
