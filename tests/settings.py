"""The product's settings, with secrets and places for tests."""

import os
import tempfile

os.environ.setdefault("PURVEYOR_SECRET_KEY", "only-for-tests-0123456789abcdefghijklmnopqrstuvwxyz")
os.environ.setdefault("PURVEYOR_SEAL_KEYS", "dGVzdHMtb25seS1rZXktMDEyMzQ1Njc4OWFiY2RlZmc=")
os.environ.setdefault("PURVEYOR_DATA_DIR", tempfile.mkdtemp(prefix="purveyor-tests-"))
os.environ.setdefault("PURVEYOR_ALLOW_PLAIN_HTTP", "on")
os.environ.setdefault("PURVEYOR_LOG_LEVEL", "WARNING")

from purveyor.project.settings import *  # noqa: F403  # the secrets come first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
