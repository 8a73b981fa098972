"""
Invoices as PDF files.

What draws them is loaded with the first one: it takes a quarter of a second, which
every command and every worker would spend at its start.
"""

from importlib import import_module

from purveyor.domain.invoices.paper import InvoiceDocument


def print_invoice(document: InvoiceDocument) -> bytes:
    """Return an invoice as a PDF file; see `render_invoice`."""
    drawing = import_module("purveyor.domain.invoices.document")
    content: bytes = drawing.render_invoice(document)
    return content
