"""What changes people's accounts."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from controlplane.accounts.models import User


@transaction.atomic
def person_who_reads(email: str) -> User:
    """The person who has just proved to read an address; a new account if there is none.

    An account that nobody had proved it for yet may have been made by somebody else, who waits for
    its owner: its password and whatever else opens it are taken away.
    """
    proved = EmailAddress.objects.filter(email=email, verified=True).first()
    if proved is not None:
        # Maybe a second address of somebody whose first one is another.
        return User.objects.get(id=proved.user_id)
    user = User.objects.filter(email=email).first() or User.objects.create_user(email)
    address, is_new = EmailAddress.objects.get_or_create(
        email=email, defaults={"user": user, "primary": True, "verified": True}
    )
    if is_new:
        return user
    user.set_unusable_password()
    user.save(update_fields=["password"])
    Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    # It may also have been added, unproved, to an account of somebody else.
    EmailAddress.objects.filter(pk=address.pk).update(user=user, verified=True, primary=True)
    return user
