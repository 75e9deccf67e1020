"""Settings that every environment shares. docs/settings.md lists the variables that they read."""

from pathlib import Path

from controlplane.settings import env
from controlplane.settings.people import *
from controlplane.settings.people import APPS, MIDDLEWARE_OF_PEOPLE
from memories.engine.ports.index_server import IndexAddress

ROOT = Path(__file__).resolve().parents[3]
# Where the engine's files lie, one a project, and what embedded mode keeps beside them.
DATA_FOLDER = Path(env.text("REMEMBRANCER_DATA", str(ROOT / "data"))).absolute()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    *APPS,
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "controlplane",
    "controlplane.accounts",
    "controlplane.organizations",
    "controlplane.apikeys",
    "controlplane.agents",
    "controlplane.limits",
    "controlplane.idempotency",
    "controlplane.webhooks",
    "controlplane.audit",
    "memories.ingest",
    "memories.api",
    "workers",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "controlplane.api.middleware.RequestTrail",
    "controlplane.tracing.middleware.RequestSpans",
    "controlplane.api.middleware.RawPaths",
    "controlplane.idempotency.middleware.IdempotentPosts",
    *MIDDLEWARE_OF_PEOPLE,
    "controlplane.api.away.SaysWhatIsAway",
]
ROOT_URLCONF = "controlplane.urls"
WSGI_APPLICATION = "controlplane.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Both spellings of a path are served; a redirect would lose the body of a POST.
APPEND_SLASH = False
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["controlplane.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["controlplane.api.authentication.KeyHoldsScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["controlplane.api.bodies.StrictJsonParser"],
    "EXCEPTION_HANDLER": "controlplane.api.errors.answer_exception",
    "UNAUTHENTICATED_USER": None,
    "DATETIME_FORMAT": "iso-8601",
    "DEFAULT_SCHEMA_CLASS": "controlplane.api.openapi.ViewSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Remembrancer",
    "DESCRIPTION": "A memory layer for AI agents. docs/server.md says what each part does.",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "PREPROCESSING_HOOKS": ["controlplane.api.openapi.one_spelling"],
    # Their files come with a package: nothing is fetched from elsewhere.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
STATIC_URL = "/static/"

# One process on files, or (production.py) several on Postgres and Redis.
EMBEDDED = False
REDIS_URL = ""
# Where the index of all projects is; each has its own in its file if None.
INDEX: IndexAddress | None = None
# An embedding model in place of the bundled one.
MODEL_FOLDER = env.folder("REMEMBRANCER_MODEL_FOLDER")
# A cross-encoder that puts hits in order once more, where a search asks for it; nothing if None.
RERANKER_FOLDER = env.folder("REMEMBRANCER_RERANKER_FOLDER")
# How long it may take; over that, hits stay in their order and the answer says so.
RERANK_DEADLINE_SECONDS = env.number("REMEMBRANCER_RERANK_DEADLINE_MS", 1000, least=10) / 1000
# While it is away, searches find by words in the database.
SEARCH_WITHOUT_INDEX = env.flag("REMEMBRANCER_SEARCH_WITHOUT_INDEX", default=False)
# A project's index that nobody used for so long gives its memory back; never if 0.
INDEX_REST_HOURS = env.number("REMEMBRANCER_INDEX_REST_HOURS", 24)
# How long a search waits for its signals; those that are late are named in its answer.
SEARCH_DEADLINE_SECONDS = 2.0

# What facts are learned by: a language model, or the local extractor if None.
EXTRACTION_MODEL = env.language_model(
    "REMEMBRANCER_EXTRACTION_MODEL",
    key_in="REMEMBRANCER_EXTRACTION_KEY",
    url_in="REMEMBRANCER_EXTRACTION_URL",
)
EXTRACTION_PRICES = env.model_prices("REMEMBRANCER_EXTRACTION_PRICES")
# What puts images and PDFs in messages into words, and what recordings; refused if None.
READING_MODEL = env.language_model(
    "REMEMBRANCER_READING_MODEL",
    key_in="REMEMBRANCER_READING_KEY",
    url_in="REMEMBRANCER_READING_URL",
)
READING_PRICES = env.model_prices("REMEMBRANCER_READING_PRICES")
TRANSCRIPTION_MODEL = env.transcription_model()
TRANSCRIPTION_PRICE = env.transcription_price()
# Files may be fetched from this machine's own loopback addresses, with http: for development.
FILES_FROM_LOOPBACK = env.flag("REMEMBRANCER_FILES_FROM_LOOPBACK", default=False)
# What one project may spend on all of them in a day, UTC; nothing is capped if 0.
EXTRACTION_CENTS_PER_DAY = env.number("REMEMBRANCER_EXTRACTION_CENTS_PER_DAY", 0)
# Likewise, of an agent that nobody has claimed.
UNCLAIMED_EXTRACTION_CENTS_PER_DAY = env.number(
    "REMEMBRANCER_UNCLAIMED_EXTRACTION_CENTS_PER_DAY", 5
)
# And of all such agents together.
ALL_UNCLAIMED_EXTRACTION_CENTS_PER_DAY = env.number(
    "REMEMBRANCER_ALL_UNCLAIMED_EXTRACTION_CENTS_PER_DAY", 500
)

# Who may read /metrics from another machine; nobody if empty.
METRICS_TOKEN = env.text("REMEMBRANCER_METRICS_TOKEN")
# How many proxies in front may be believed about the caller's address.
TRUSTED_PROXIES = env.number("REMEMBRANCER_TRUSTED_PROXIES", 0)
# Where people and agents reach this server, for links in answers; the request's own if empty.
PUBLIC_URL = env.address("REMEMBRANCER_PUBLIC_URL", ("http", "https")).rstrip("/")

# Largest request body: an add of 1000 messages of some size.
DATA_UPLOAD_MAX_MEMORY_SIZE = env.number("REMEMBRANCER_MAX_BODY_BYTES", 10_000_000, least=1000)

# Processes that answer requests, and the threads of each (infra/gunicorn.conf.py).
WEB_PROCESSES = env.number("REMEMBRANCER_WEB_PROCESSES", 2, least=1)
WEB_THREADS = env.number("REMEMBRANCER_WEB_THREADS", 8, least=1)
# Threads that take jobs, in each process that does.
JOB_THREADS = env.number("REMEMBRANCER_JOB_THREADS", 1, least=1)
# How long one attempt at a job may take before another worker takes it over.
JOB_LEASE_SECONDS = env.number("REMEMBRANCER_JOB_LEASE_SECONDS", 300, least=5)
JOB_ATTEMPTS = env.number("REMEMBRANCER_JOB_ATTEMPTS", 5, least=1)
# Of one statement in Postgres: longer than a writer waits for others, shorter than a job's lease.
STATEMENT_SECONDS = env.number("REMEMBRANCER_STATEMENT_SECONDS", 40)
JOB_STATEMENT_SECONDS = env.number("REMEMBRANCER_JOB_STATEMENT_SECONDS", 240)
# How long a request waits for what it asked for to be done, where it asks for that.
LONGEST_WAIT_SECONDS: float = env.number("REMEMBRANCER_LONGEST_WAIT_SECONDS", 60, least=1)
# Files of projects that one process keeps open.
OPEN_PROJECTS = env.number("REMEMBRANCER_OPEN_PROJECTS", 64, least=1)

# Agents that register themselves (docs/agents.md).
AGENT_MODE = env.flag("REMEMBRANCER_AGENT_MODE", default=True)
AGENT_MODE_PER_ADDRESS_PER_DAY = env.number("REMEMBRANCER_AGENTS_PER_ADDRESS_PER_DAY", 5)
AGENT_MODE_PER_NETWORK_PER_DAY = env.number("REMEMBRANCER_AGENTS_PER_NETWORK_PER_DAY", 50)
# Codes by mail; ten times as many for a network, and five tries for each.
CODES_PER_ADDRESS_PER_DAY = env.number("REMEMBRANCER_CODES_PER_ADDRESS_PER_DAY", 50, least=1)
# To register past the budget of an address; Python needs some 15 s for 24 bits.
AGENT_PROOF_BITS = env.number("REMEMBRANCER_AGENT_PROOF_BITS", 24)
AGENT_MODE_PER_HOUR = env.number("REMEMBRANCER_AGENTS_PER_HOUR", 500)
UNCLAIMED_DAYS = env.number("REMEMBRANCER_UNCLAIMED_DAYS", 30, least=1)
UNCLAIMED_ADDS_PER_DAY = env.number("REMEMBRANCER_UNCLAIMED_ADDS_PER_DAY", 100)
UNCLAIMED_SEARCHES_PER_DAY = env.number("REMEMBRANCER_UNCLAIMED_SEARCHES_PER_DAY", 500)

# Webhooks may go to this machine's own loopback addresses, with http: for development.
WEBHOOKS_TO_LOOPBACK = env.flag("REMEMBRANCER_WEBHOOKS_TO_LOOPBACK", default=False)

# Requests that one key may make in a minute.
# Of all keys of a project together, and of all that ask from one address, as behind a proxy.
PROJECT_REQUESTS_PER_MINUTE = env.number(
    "REMEMBRANCER_PROJECT_REQUESTS_PER_MINUTE", 20_000, least=1
)
ADDRESS_REQUESTS_PER_MINUTE = env.number(
    "REMEMBRANCER_ADDRESS_REQUESTS_PER_MINUTE", 60_000, least=1
)
REQUESTS_PER_MINUTE = env.number("REMEMBRANCER_REQUESTS_PER_MINUTE", 6000, least=1)
# Requests with a key that is not good, from one address: nobody mistypes one so often.
GUESSES_PER_MINUTE = env.number("REMEMBRANCER_GUESSES_PER_MINUTE", 60, least=1)

globals().update(env.mail())
DEFAULT_FROM_EMAIL = env.text("REMEMBRANCER_MAIL_FROM", "Remembrancer <no-reply@localhost>")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "controlplane.api.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    # Refusals are in the line of their request already.
    "loggers": {
        "django.request": {"level": "ERROR"},
        # Of each request that clients of the index and of language models make.
        "httpx": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
    },
    "root": {"handlers": ["stderr"], "level": env.text("REMEMBRANCER_LOG_LEVEL", "INFO")},
}
