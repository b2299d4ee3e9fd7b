"""All settings, read from the environment once. README lists every variable with its default."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

from console import env, paths
from engage.private_files import keep_private

# Lets `ModelAdmin[Row]` and the like be written where the type checker wants them.
django_stubs_ext.monkeypatch()

BASE_DIR = paths.find_home()

# The demo is what `make run` starts: plain http on this machine, demo sign-ins, the sandbox as the platform.
DEMO = env.flag("CONSOLE_DEMO")
DEBUG = env.flag("CONSOLE_DEBUG")
SECRET_KEY = env.text("CONSOLE_SECRET_KEY", hint="`manage.py generate_key --secret` makes one")
ENGAGE_KEY_RING = env.key_ring("ENGAGE_KEY_RING")

# Where people reach the console; webhook addresses are printed with it.
PORT = env.number("PORT", 8000, least=1, most=65_535)
ORIGIN = env.origin("CONSOLE_ORIGIN", f"http://127.0.0.1:{PORT}")
IS_SECURE = ORIGIN.startswith("https://")
if DEMO and IS_SECURE:
    raise ImproperlyConfigured(
        f"CONSOLE_DEMO is set, but people reach this console at {ORIGIN}: "
        "the demo's sign-ins have a public password. Take CONSOLE_DEMO away"
    )
_HOST = env.host_of(ORIGIN.partition("://")[2])
ALLOWED_HOSTS = env.hosts("CONSOLE_ALLOWED_HOSTS", list(dict.fromkeys(["localhost", "127.0.0.1", "[::1]", _HOST])))
if not validate_host(_HOST, ALLOWED_HOSTS):
    raise ImproperlyConfigured(
        f"People reach this console at CONSOLE_ORIGIN={ORIGIN}, and CONSOLE_ALLOWED_HOSTS does not name {_HOST}"
    )
CSRF_TRUSTED_ORIGINS = [ORIGIN]
CSRF_FAILURE_VIEW = "console.operations.refusals.csrf_refused"

INSTALLED_APPS = [
    "console.audit.apps.AuditedAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "lucide",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "engage",
    "console.accounts",
    "console.audit",
    "console.operations",
    "console.inbox",
    "console.campaigns",
    "console.live",
]

MIDDLEWARE = [
    "console.operations.middleware.ProbeMiddleware",
    "console.operations.middleware.WebhookTimeMiddleware",
    # Outside of all that may refuse a request: a refusal is guarded too.
    "console.no_store.NoStoreMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Before all that asks where a request comes from.
    "console.accounts.proxies.ClientAddressMiddleware",
    "console.operations.refusals.SurroundingsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "console.charset.CharsetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "console.accounts.idle.UseMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "console.audit.middleware.OriginMiddleware",
    "console.accounts.second_factor.SecondFactorMiddleware",
    "console.accounts.without_role.RoleMiddleware",
]

ROOT_URLCONF = "console.urls"
WSGI_APPLICATION = "console.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [paths.find_shipped("templates")],
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

DATABASES = {"default": env.database("CONSOLE_DATABASE_URL", "sqlite:///var/console.sqlite3", base=BASE_DIR)}
if Path(DATABASES["default"]["NAME"]).parent == BASE_DIR / "var":
    # SQLite makes the file, and not the directory. Where nobody may make it, opening the file says so.
    with suppress(OSError):
        (BASE_DIR / "var").mkdir(exist_ok=True)
keep_private(Path(DATABASES["default"]["NAME"]) if "sqlite3" in DATABASES["default"]["ENGINE"] else None)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# In the database, as everything that processes share: a limit that each of them counts for itself is none.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "console_cache",
        # What counts guesses must not be pushed out by more guesses.
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "inbox:queue"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
# Sessions know whose they are, so that all of a person's can be ended.
SESSION_ENGINE = "console.accounts.sessions"

# Names and passwords are checked by Django, as ever; allauth leads through the steps and counts the tries.
ACCOUNT_ADAPTER = "console.accounts.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_SECURE else "http"
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    # An address alone, and a user name from one address: nobody far away can shut a colleague out.
    # By the hour less than from anywhere: one address alone does not use up what all of them may.
    "login_failed": "30/m/ip,5/5m/key,20/h/key",
    # A user name from anywhere, for browsers in which that person never signed in.
    "login_failed_anywhere": "50/h/key",
    # The second factor in the same way, by where it is given (`console.accounts.code_tries`). The address comes last:
    # what its person may not try any more counts against nobody beside them.
    "code_failed_by_address": "5/5m/key,20/h/key,30/m/ip",
    "code_failed_by_browser": "5/5m/key,20/h/key",
    "code_failed_by_session": "5/5m/key,20/h/key",
    # All addresses, all known browsers and all sessions of one person, each kind for itself.
    "code_failed_anywhere": "50/h/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 0  # `ClientAddressMiddleware` has read the header before.

MFA_ADAPTER = "console.accounts.second_factor.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
MFA_RECOVERY_CODES_SHOW_ONCE = True
# A phone's clock may be half a minute off; the forms see to it that a code counts once nevertheless.
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "console.accounts.code_forms.SecondStepForm",
    "authenticate_webauthn": "console.accounts.code_forms.SecondStepByPasskeyForm",
    "reauthenticate": "console.accounts.code_forms.ConfirmationForm",
    "reauthenticate_webauthn": "console.accounts.code_forms.ConfirmationByPasskeyForm",
}
MFA_TOTP_ISSUER = "Engage Console"

# Single sign-on is there when an issuer is named.
OIDC_ISSUER = env.https_url("CONSOLE_OIDC_ISSUER")
OIDC_MATCH = env.choice("CONSOLE_OIDC_MATCH", "email", ("email", "username"))
OIDC_SIGN_UP = env.flag("CONSOLE_OIDC_SIGN_UP")
SOCIALACCOUNT_ADAPTER = "console.accounts.single_sign_on.SsoAdapter"
# A link, not a form: a form's way to another site would have to be let through by the content security policy.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, object]] = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": []}}
if OIDC_ISSUER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] = [
        {
            "provider_id": "sso",
            "name": env.text("CONSOLE_OIDC_NAME", "single sign-on"),
            "client_id": env.text("CONSOLE_OIDC_CLIENT_ID"),
            "secret": env.text("CONSOLE_OIDC_CLIENT_SECRET"),
            "settings": {"server_url": OIDC_ISSUER},
        }
    ]

REQUIRE_MFA = env.flag("CONSOLE_REQUIRE_MFA")
REAUTHENTICATE_TO_ACTIVATE = env.flag("CONSOLE_REAUTHENTICATE_TO_ACTIVATE")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en-us"
TIME_ZONE = env.time_zone("CONSOLE_TIME_ZONE", "America/New_York")
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
# Not secret, and perhaps handed out by the proxy in front.
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o755
STATICFILES_DIRS = [paths.find_shipped("static")]
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
# Forms and htmx bring the token; no script reads the cookie.
CSRF_COOKIE_NAME = "__Host-csrftoken" if IS_SECURE else "csrftoken"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = env.number("CONSOLE_SESSION_HOURS", 12, least=1) * 3600
SESSION_IDLE = timedelta(minutes=env.number("CONSOLE_SESSION_IDLE_MINUTES", 120, least=5))
SESSION_SAVE_EVERY_REQUEST = False
SECURE_SSL_REDIRECT = IS_SECURE
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_SECURE
BEHIND_PROXY = env.flag("CONSOLE_BEHIND_PROXY")
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# So many entries of X-Forwarded-For, from its end, were written by proxies of ours; what stands before them is hearsay.
TRUSTED_PROXIES = env.number("CONSOLE_TRUSTED_PROXIES", 1 if BEHIND_PROXY else 0)

# A webhook body larger than this is refused with 413; nothing of ours is posted larger either.
WEBHOOK_MAX_BYTES = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * WEBHOOK_MAX_BYTES

# How long a reply may wait before it is too late to send it unseen by a person.
REPLY_EXPIRES_AFTER_MINUTES = env.number("CONSOLE_REPLY_EXPIRES_AFTER_MINUTES", 15, least=1)
# A 503 with Retry-After says that nothing was done: only where the vendor has promised so.
TRUST_503_RETRY_AFTER = env.flag("CONSOLE_TRUST_503_RETRY_AFTER")
# GETs per second spent on confirming and sweeping; replies are not counted.
RECONCILE_READS_PER_SECOND = env.number("CONSOLE_RECONCILE_READS_PER_SECOND", 10, least=1)
# Seconds between two looks at every campaign.
RECONCILE_CAMPAIGNS_EVERY = env.number("CONSOLE_RECONCILE_CAMPAIGNS_EVERY", 60, least=5)

# How long webhooks are kept as they were received, and the feed of changes. What cannot be read is kept, and so is the
# audit trail.
DELIVERIES_KEPT_DAYS = env.number("CONSOLE_DELIVERIES_KEPT_DAYS", 30, least=1)
CHANGES_KEPT_HOURS = env.number("CONSOLE_CHANGES_KEPT_HOURS", 24, least=1)

# What the worker runs besides, each until the event that it is given is set.
ENGAGE_LOOPS = {"sessions": "console.accounts.pruning.run", "desk": "console.inbox.sweeping.run"}

# Who is told what an operator does on the command line.
ENGAGE_WITNESS = "console.audit.trail.record_operation"

# Metrics are there for who knows this token, and for nobody where none is set.
METRICS_TOKEN = env.text("CONSOLE_METRICS_TOKEN", "")

# What gunicorn is told (console/gunicorn_conf.py). The demo's password is no secret, so only this machine reaches it.
WEB_BIND = env.text("CONSOLE_BIND", "127.0.0.1" if DEMO else "0.0.0.0")
WEB_PROCESSES = env.number("CONSOLE_WEB_PROCESSES", 1 if DEMO else 2, least=1, most=1000)
# Every open page holds one thread for its live stream; a waiting thread costs little.
WEB_THREADS = env.number("CONSOLE_WEB_THREADS", 600, least=8, most=100_000)
# How many live streams one process holds, and of them one address and one session; a page without one polls. A browser
# holds four at most, and may come back before it is seen to have left.
STREAMS_PER_PROCESS = WEB_THREADS
STREAMS_PER_ADDRESS = env.number("CONSOLE_STREAMS_PER_ADDRESS", STREAMS_PER_PROCESS * 3 // 4, least=1)
STREAMS_PER_SESSION = env.number("CONSOLE_STREAMS_PER_SESSION", 8, least=4)

LOG_FORMAT = env.choice("CONSOLE_LOG_FORMAT", "text", ("text", "json"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "console.logs.MaskingFormatter",
            "format": "{asctime} {levelname} {name} {request_id} {message}",
            "style": "{",
        },
        "json": {"()": "console.logs.JsonFormatter"},
    },
    "filters": {"refusals": {"()": "console.logs.ShortRefusals"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["refusals"],
            "formatter": {"text": "line", "json": "json"}[LOG_FORMAT],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Its own handler, for debugging, masks nothing.
        "django": {"handlers": [], "level": "INFO"},
        # urllib3 writes whole URLs at DEBUG, and a conversation's URL is its key.
        "urllib3": {"level": "WARNING"},
        # Whole pages, with the texts on them.
        "django.template": {"level": "INFO"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
