"""The product's settings, with secrets and places for tests."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault(
    "PURVEYOR_SECRET_KEY", "only-for-tests-0123456789abcdefghijklmnopqrstuvwxyz"
)
os.environ.setdefault(
    "PURVEYOR_SEAL_KEYS", "dGVzdHMtb25seS1rZXktMDEyMzQ1Njc4OWFiY2RlZmc="
)
if "PURVEYOR_DATA_DIR" not in os.environ:
    folder = tempfile.mkdtemp(prefix="purveyor-tests-")
    os.environ["PURVEYOR_DATA_DIR"] = folder
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
os.environ.setdefault("PURVEYOR_ALLOW_PLAIN_HTTP", "on")
os.environ.setdefault("PURVEYOR_LOG_LEVEL", "WARNING")

from purveyor.project.settings import *  # noqa: F403  # settings are names
from purveyor.project.settings import DATA_DIR, DATABASES

# A file, as in the product: threads that share a memory would see no locks.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise wants it to be there
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
