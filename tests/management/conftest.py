"""What the tests of the commands may ask for."""

from tests.demo.address import free_address

__all__ = ["free_address"]
