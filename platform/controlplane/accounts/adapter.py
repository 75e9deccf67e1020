"""What django-allauth asks of this project."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Addresses are kept in lower case, so that one person is one account."""

    def clean_email(self, email: str) -> str:
        """The address as it is kept."""
        cleaned: str = super().clean_email(email)
        return cleaned.lower()

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whoever reads an address may sign up."""
        return True
