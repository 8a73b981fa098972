"""
Every setting of Purveyor, read from the environment by a typed reader.

docs/reference/settings.md explains each one. Secrets are needed outside the demo and
are checked for strength here, so that a weak one stops the start.
"""

import os
from datetime import timedelta
from pathlib import Path

import environ
from django.utils.csp import CSP

from purveyor.faces.backoffice import theme
from purveyor.kernel.logs import configure_logs
from purveyor.kernel.sealed import checked_keys
from purveyor.project import env, roles

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR", "data")).resolve()

DEMO = env.flag("DEMO", default=False)
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.strong("SECRET_KEY", env.secret("SECRET_KEY"))
PURVEYOR_SEAL_KEYS = checked_keys(env.secret("SEAL_KEYS").split(","))
ALLOWED_HOSTS = env.words("HOSTS", default="localhost,127.0.0.1")
CSRF_TRUSTED_ORIGINS = env.words("TRUSTED_ORIGINS")
PUBLIC_URL = env.text("PUBLIC_URL", "http://localhost:8000")

INSTALLED_APPS = [
    "purveyor.faces.backoffice",
    "purveyor.faces.storefront",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "django_tasks_db",
    "purveyor.kernel.attachments",
    "purveyor.kernel.journal",
    "purveyor.kernel.lists",
    "purveyor.kernel.numbering",
    "purveyor.kernel.work",
    "purveyor.domain.accounts",
    "purveyor.domain.catalogue",
    "purveyor.domain.orders",
    "purveyor.domain.assets",
    "purveyor.domain.provisioning",
    "purveyor.domain.notifications",
    "purveyor.domain.invoices",
    "purveyor.flows.checkout",
    "purveyor.flows.execution",
    "purveyor.flows.account_import",
    "purveyor.flows.merging",
    "purveyor.flows.reconciliation",
    "purveyor.faces.console",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "purveyor.project.sign_in.NoteSessions",
    "axes.middleware.AxesMiddleware",
    "purveyor.faces.storefront.frame.access.Clothes",
]

CSRF_FAILURE_VIEW = "purveyor.project.errors.stale_form"
ROOT_URLCONF = "purveyor.project.urls"
WSGI_APPLICATION = "purveyor.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.csp",
                "purveyor.faces.storefront.frame.surroundings.frame",
            ]
        },
    }
]

# Records. PostgreSQL in production, SQLite for a first look (decision 0010).

DATABASES = {
    "default": environ.Env.db_url_config(
        os.environ.get("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'purveyor.sqlite3'}"
    )
}
DATABASES["default"]["CONN_MAX_AGE"] = 60
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            " PRAGMA cache_size=-65536; PRAGMA foreign_keys=ON;"
        ),
    }
else:
    DATABASES["default"]["OPTIONS"] = {
        "server_side_binding": True,
        "prepare_threshold": 5,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Counts of wrong codes and the codes that were used, the same for every process.

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
    }
}

# Who signs in.

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PURVEYOR_ROLES = roles.ROLES
LOGIN_URL = "bss:login"
LOGIN_REDIRECT_URL = "bss:index"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_USERNAME_FORM_FIELD = "username"  # as Django calls it; ours is an e-mail
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "purveyor.project.errors.locked_out"
AXES_DISABLE_ACCESS_LOG = True  # the sign-in history is our own

# The second step and the sessions, for every face alike (decision 0021).

ACCOUNT_ADAPTER = "purveyor.project.sign_in.Door"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are invited by mail, nobody signs up
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/15m/key",
    "reauthenticate": "10/15m/user",
    "reset_password": "20/15m/ip,3/15m/key",
    "invite": "30/h/user",
    "register": "10/h/ip,3/h/key",
}
MFA_ADAPTER = "purveyor.project.sign_in.SecondStep"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # clocks of telephones may be half a minute off
ALLAUTH_TRUSTED_PROXY_COUNT = int(env.flag("BEHIND_PROXY", default=False))

IS_SECURE = PUBLIC_URL.startswith("https://")
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_SECURE  # browsers allow it on localhost
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_AGE = int(
    env.number("SESSION_HOURS", default=12, least=0.01, most=720) * 3600
)
SECURE_SSL_REDIRECT = IS_SECURE
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
if env.flag("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# The BSS runs on django-unfold, whose parts (Alpine) need `unsafe-eval` and inline
# styles. Other faces bring a stricter policy of their own.
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:"],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.SELF],
    "form-action": [CSP.SELF],
}

# Words, days and money.

LANGUAGES = (("en", "English"), ("de", "Deutsch"))
LANGUAGE_CODE = env.one_of("LANGUAGE", dict(LANGUAGES), default="en")
LOCALE_PATHS = (BASE_DIR / "locale",)
FORMAT_MODULE_PATH = "purveyor.project.formats"
TIME_ZONE = env.text("TIME_ZONE", "Europe/Berlin")
USE_TZ = True
USE_I18N = True

# Files.

STATIC_URL = "static/"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "purveyor.project.typeface.TypefaceFinder",
]
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "files"  # never served: pages hand files out to who may read
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "purveyor.project.static.GzippedFiles"},
}
PURVEYOR_EXPORTS_DIR = DATA_DIR / "exports"
PURVEYOR_EXPORT_DAYS = env.number("EXPORT_DAYS", default=7, least=0.01, most=90)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Mail. The address of the sender is the distributor's own, from its profile.

MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": env.text("SMTP_HOST", "localhost"),
            "port": int(env.number("SMTP_PORT", default=25, least=1, most=65_535)),
            "username": env.text("SMTP_USER", ""),
            "password": env.secret("SMTP_PASSWORD", ""),
            "use_tls": env.flag("SMTP_TLS", default=False),
            "use_ssl": env.flag("SMTP_SSL", default=False),
            "timeout": 20,
        },
    }
}

#: Which lines of the journal are told of, and where in the BSS a record is shown.
PURVEYOR_NEWS = "purveyor.domain.notifications.events.NEWS"
PURVEYOR_RECORD_PAGE = "/bss/{app}/{model}/{pk}/change/"

# Work.

TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["wake"],
    }
}
PURVEYOR_LEASE_SECONDS = env.number("LEASE_SECONDS", default=90, least=1, most=3_600)
PURVEYOR_RETRY_DELAYS = env.numbers("RETRY_DELAYS", default="5,30,120,600,3600")
PURVEYOR_PROBE_DELAYS = env.numbers("PROBE_DELAYS", default="10,30,60,120,300,600")
PURVEYOR_TRY_HOURS = env.number("TRY_HOURS", default=24, least=0.001, most=720)
#: What workers do besides the flows: rows that faces bring along, loaded by name.
PURVEYOR_ALSO_DUE = ["purveyor.faces.backoffice.lists.exporting.EXPORTING"]
PURVEYOR_SLOTS = int(env.number("SLOTS", default=48, least=3, most=64))
PURVEYOR_CONNECTORS = {
    "bittitan": "purveyor.connectors.bittitan.connector.BitTitan",
    "manual": "purveyor.connectors.manual.connector.Manual",
}
PURVEYOR_ALLOW_PLAIN_HTTP = env.flag("ALLOW_PLAIN_HTTP", default=DEMO)

# How the BSS looks.

UNFOLD = theme.UNFOLD

LOGGING_CONFIG = None
configure_logs(
    as_json=env.flag("LOG_JSON", default=False), level=env.text("LOG_LEVEL", "INFO")
)
