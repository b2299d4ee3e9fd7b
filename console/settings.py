"""All settings, read from the environment once. README lists every variable with its default."""

from __future__ import annotations

from pathlib import Path

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured

from console import env

# Lets `ModelAdmin[Row]` and the like be written where the type checker wants them.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# The demo is what `make run` starts: plain http on this machine, demo sign-ins, the sandbox as the platform.
DEMO = env.flag("CONSOLE_DEMO")
DEBUG = env.flag("CONSOLE_DEBUG")
SECRET_KEY = env.text("CONSOLE_SECRET_KEY")
ENGAGE_KEY_RING = env.words("ENGAGE_KEY_RING")
if not ENGAGE_KEY_RING:
    raise ImproperlyConfigured("ENGAGE_KEY_RING is not set: `manage.py generate_key` makes a key")

# Where people reach the console; webhook addresses are printed with it.
ORIGIN = env.text("CONSOLE_ORIGIN", f"http://127.0.0.1:{env.number('PORT', 8000)}").rstrip("/")
IS_SECURE = ORIGIN.startswith("https://")
ALLOWED_HOSTS = env.words("CONSOLE_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [ORIGIN]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "lucide",
    "engage",
    "console.accounts",
    "console.audit",
    "console.inbox",
    "console.campaigns",
    "console.live",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "console.audit.middleware.OriginMiddleware",
]

ROOT_URLCONF = "console.urls"
WSGI_APPLICATION = "console.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": env.database("CONSOLE_DATABASE_URL", f"sqlite:///{BASE_DIR / 'var' / 'console.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "inbox:queue"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en-us"
TIME_ZONE = env.text("CONSOLE_TIME_ZONE", "America/New_York")
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG

# Everything comes from here; htmx runs without eval, styles without style attributes.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_NAME = "__Host-sessionid" if IS_SECURE else "sessionid"
SESSION_COOKIE_AGE = env.number("CONSOLE_SESSION_HOURS", 12, least=1) * 3600
SESSION_SAVE_EVERY_REQUEST = False
SECURE_SSL_REDIRECT = IS_SECURE
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_SECURE
if env.flag("CONSOLE_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# A webhook body larger than this is refused with 413; nothing of ours is posted larger either.
WEBHOOK_MAX_BYTES = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * WEBHOOK_MAX_BYTES

# How long a reply may wait before it is too late to send it unseen by a person.
REPLY_EXPIRES_AFTER_MINUTES = env.number("CONSOLE_REPLY_EXPIRES_AFTER_MINUTES", 15, least=1)
# GETs per second spent on confirming and sweeping; replies are not counted.
RECONCILE_READS_PER_SECOND = env.number("CONSOLE_RECONCILE_READS_PER_SECOND", 10, least=1)
# Seconds between two looks at every campaign.
RECONCILE_CAMPAIGNS_EVERY = env.number("CONSOLE_RECONCILE_CAMPAIGNS_EVERY", 60, least=5)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "console.logs.MaskingFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # urllib3 writes whole URLs at DEBUG, and a conversation's URL is its key.
        "urllib3": {"level": "WARNING"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
