"""Static files: named by what they hold, and compressed once."""

from functools import partial

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class GzippedFiles(CompressedManifestStaticFilesStorage):
    """
    Compresses with gzip only.

    Brotli is installed for the typeface of invoices; using it here too would take
    half a minute at every start after an upgrade, to save a few kilobytes.
    """

    create_compressor = staticmethod(partial(Compressor, use_brotli=False))
