"""What a file is by how its content begins, whatever its name ends in."""

import io
import zipfile

WORKBOOK, JSON, TEXT = "a workbook", "JSON", "text"
#: The bytes that a file of a kind begins with.
_BEGINS = {
    b"\xd0\xcf\x11\xe0": "a workbook of the old kind, .xls",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF",
    b"PAR1": "a Parquet file",
    b"\x93NUMPY": "an array of numpy",
}
#: The signs that a text of a kind begins with.
_FIRST = {b"[": JSON, b"{": JSON, b"<": "HTML or XML"}


def kind_of(content):
    """What the bytes of a file are, in words.

    Examples
    --------
    >>> kind_of(b'[{"chip": "A"}]'), kind_of(b"chip,part"), kind_of(b"%PDF-1.4")
    ('JSON', 'text', 'a PDF')
    """
    if content.startswith(b"PK\x03\x04"):
        return _kind_of_zip(content)
    if kind := next((kind for begin, kind in _BEGINS.items() if content.startswith(begin)), None):
        return kind
    first = content[:4000].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1]
    return _FIRST.get(first, TEXT)


def _kind_of_zip(content):
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except zipfile.BadZipFile:
        return WORKBOOK  # cut short: its reader says so
    return WORKBOOK if "[Content_Types].xml" in names else "a zip archive without a workbook"
