"""A running signer for the tests that sign."""

from tests.credentials.conftest import signer_on, signing

__all__ = ["signer_on", "signing"]
