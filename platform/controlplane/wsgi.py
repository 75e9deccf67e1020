"""What an application server imports. It does not start with settings that can't be used."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "controlplane.settings.production")
application = get_wsgi_application()

from django.conf import settings

from controlplane.checks import refuse_bad_settings
from controlplane.postgres.limits import STATEMENTS

refuse_bad_settings()
STATEMENTS.seconds = settings.STATEMENT_SECONDS
