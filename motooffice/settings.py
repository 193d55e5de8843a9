"""Every setting of the office, read from the environment once, here and in the modules beside.

Names and meanings are listed in `.env.example`. Outside the demo (`DEMO=true`) no secret has a
default: what is missing is explained by the system checks in `orders/checks.py`.
"""

from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from motooffice.databases import database, make_private
from motooffice.environment import BASE_DIR, DEMO, TESTING, demo, derived_key, env, secret
from motooffice.headers import MAIL_CSP, SECURE_CSP, SECURE_HEADERS  # noqa: F401
from motooffice.limits import *  # noqa: F403
from motooffice.logs import logging_to_stdout
from motooffice.mail import *  # noqa: F403
from motooffice.times import *  # noqa: F403
from motooffice.webhooks import *  # noqa: F403

VAR_DIR = BASE_DIR / "var"

# --- What kind of office this is ---------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
IS_GUARDED = not (DEBUG or DEMO)  # https only, __Host- cookies, hashed static files
_PORT = env.int("PORT", default=8000)
_SANDBOX_PORT = env.int("SANDBOX_PORT", default=9800)

SECRET_KEY = secret("SECRET_KEY", "demo-only-key-for-a-practice-office-" + "0" * 30)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
SITE_URL = env.str("SITE_URL", default=demo(f"http://127.0.0.1:{_PORT}")).rstrip("/")
_site_host = urlsplit(SITE_URL).hostname
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS",
    default=["127.0.0.1", "localhost", "[::1]"] if DEMO else [_site_host] if _site_host else [],
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL] if SITE_URL else [])

# --- The gateway -------------------------------------------------------------------------
_STAND_IN = f"http://127.0.0.1:{_SANDBOX_PORT}/FortAPI"
APS_API_URL = env.str("APS_API_URL", default=demo(f"{_STAND_IN}/paymentApi"))
APS_PAGE_URL = env.str("APS_PAGE_URL", default=demo(f"{_STAND_IN}/paymentPage"))
APS_MERCHANT_IDENTIFIER = env.str("APS_MERCHANT_IDENTIFIER", default=demo("MotoDemo"))
APS_ACCESS_CODE = secret("APS_ACCESS_CODE", "demoAccessCode000001")
APS_SHA_TYPE = env.str("APS_SHA_TYPE", default="sha256")
APS_SHA_REQUEST_PHRASE = secret("APS_SHA_REQUEST_PHRASE", "demo-request-phrase")
APS_SHA_RESPONSE_PHRASE = secret("APS_SHA_RESPONSE_PHRASE", "demo-response-phrase")
# Says which account the merchant identifier names. Host and account must agree (orders.E006).
APS_LIVE = env.bool("APS_LIVE", default=not DEMO)
APS_LIVE_HOSTS = ("paymentservices.payfort.com", "checkout.payfort.com")
IS_PRACTICE = not {
    urlsplit(APS_API_URL).hostname,
    urlsplit(APS_PAGE_URL).hostname,
} <= set(APS_LIVE_HOSTS)

# --- Money -------------------------------------------------------------------------------
CURRENCIES = env.list("CURRENCIES", default=["AED", "SAR", "KWD", "JOD", "USD"] if DEMO else [])
MERCHANT_NAME = env.str("MERCHANT_NAME", default=demo("Moto Demo Trading"))
MERCHANT_EMAIL = env.str("MERCHANT_EMAIL", default=demo("orders@moto-demo.example"))
RECURRING_ECI = env.bool("RECURRING_ECI", default=True)
OFFICE_IP = env.str("OFFICE_IP", default=demo("192.0.2.10"))
MANY_CAPTURES = env.bool("MANY_CAPTURES", default=False)
LAPSED_CODES = env.list("LAPSED_CODES", default=["034"])
ORDER_PREFIX = env.str("ORDER_PREFIX", default="MO")
MAX_CHARGES_ON_WIRE = env.int("MAX_CHARGES_ON_WIRE", default=24)
RECONCILE_FIRST = env.bool("RECONCILE_FIRST", default=False)
METRICS_TOKEN = secret("METRICS_TOKEN")
AUDIT_KEY = secret("AUDIT_KEY") or derived_key(SECRET_KEY, "audit chain")
API_KEYS_KEY = secret("API_KEYS_KEY") or derived_key(SECRET_KEY, "API keys")
WEBHOOKS_KEY = secret("WEBHOOKS_KEY") or derived_key(SECRET_KEY, "webhooks")
SECOND_FACTOR_KEY = secret("SECOND_FACTOR_KEY") or derived_key(SECRET_KEY, "second factor")

# --- Application -------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "orders",  # last: its groups need the permissions of all others
]
MIDDLEWARE = [
    # Outermost: what even a refused request is answered with, and its name.
    "orders.middleware.security_headers.security_headers",
    "orders.middleware.request_id.request_id",
    "orders.middleware.api_calls.api_calls",
    "orders.middleware.tripwire.tripwire",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "orders.middleware.idle.idle_limit",
    "orders.middleware.session_origin.session_origin",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "orders.middleware.second_factor.SecondFactor",
    "orders.middleware.language.staff_language",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "motooffice.urls"
WSGI_APPLICATION = "motooffice.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "orders.context.office",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Database and cache ------------------------------------------------------------------
DATABASES = {
    "default": database(
        env.db_url_config(
            env.str("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'office.sqlite3'}"
        ),
        timeout_s=env.int("SQLITE_TIMEOUT_S", default=10),
        pool_size=0 if TESTING else env.int("DATABASE_POOL_SIZE", default=0),
        test_folder=VAR_DIR,
    )
}
make_private(VAR_DIR, str(DATABASES["default"]["NAME"]) if not TESTING else "")
# Sign-in limits must hold across processes, so they cannot live in a process's own memory.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "office_cache",
        # Entries beyond this are thrown away, sign-in limits among them: far out of reach.
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

# Work for later waits in the database, as part of the transaction that asks for it, or at a broker.
BROKER_URL = secret("BROKER_URL")
_QUEUE = "motooffice.broker.CeleryBackend" if BROKER_URL else "django_tasks_db.DatabaseBackend"
TASKS = {"default": {"BACKEND": _QUEUE}}

# --- Sign-in -----------------------------------------------------------------------------
AUTH_USER_MODEL = "orders.Staff"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=not DEMO)
PASSWORD_HASHERS = [
    *(["django.contrib.auth.hashers.MD5PasswordHasher"] if TESTING else []),
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "orders.passwords.LetterAndDigitValidator"},
]
ACCOUNT_ADAPTER = "orders.accounts.AccountAdapter"
MFA_ADAPTER = "orders.accounts.SecondFactorAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_RATE_LIMITS = {"login_failed": "50/m/ip,5/30m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_FORMS = {
    "add_webauthn": "orders.forms.accounts.AddKeyForm",
    "edit_webauthn": "orders.forms.accounts.EditKeyForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "MotoOffice"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_GUARDED
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

# --- Transport and cookies ---------------------------------------------------------------
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = ABSOLUTE_SESSION_S  # noqa: F405
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "__Host-session" if IS_GUARDED else "office_session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_GUARDED else "office_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_GUARDED
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = IS_GUARDED
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if IS_GUARDED else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_GUARDED
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_200_000  # a file of repeat charges; other forms have less
FORM_BODY_BYTES = 262_144
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# --- Language, files, mail ---------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ar", _("Arabic"))]
LOCALE_PATHS = [BASE_DIR / "orders" / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Dubai")
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not IS_GUARDED
_STATIC_STORAGE = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if IS_GUARDED
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC_STORAGE},
}
ALARM_EMAILS = env.list("ALARM_EMAILS", default=[])
DEFAULT_FROM_EMAIL = MERCHANT_EMAIL or "office@localhost"

# --- Logs --------------------------------------------------------------------------------
LOGGING = logging_to_stdout(env.str("LOG_LEVEL", default="WARNING" if DEMO else "INFO"))
DEFAULT_EXCEPTION_REPORTER = "orders.error_reports.ScrubbedReporter"
DEFAULT_EXCEPTION_REPORTER_FILTER = "orders.error_reports.NamesOnly"
