"""The finished site on this machine, as a web host serves it: compressed, and kept by the browser while it may."""

import gzip
import http.server
import re
import sys
from email.utils import formatdate
from functools import lru_cache, partial
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

from datagravity.site.links import THIS_MACHINE

#: Kinds of files that are text, and shrink to a third or less.
COMPRESSED = {".html", ".css", ".js", ".json", ".svg", ".md", ".ipynb", ".txt", ".csv", ".inv"}
#: The names of this machine: a page of another site that had its name lead here would ask under its own.
HOSTS = {"127.0.0.1", "localhost", "::1"}
#: Smaller files than this gain nothing.
LEAST = 500


@lru_cache(maxsize=256)
def _content(path, changed, compressed, address):
    """The bytes of a file as they are sent; `changed`, its time in ns, makes an edited file another one.

    A notebook leads back to this server, whatever its port, if it knows of no other site.
    """
    data = Path(path).read_bytes()
    if path.endswith(".ipynb"):
        data = data.replace(THIS_MACHINE.encode(), f"{address}/".encode())
    return gzip.compress(data, compresslevel=6, mtime=0) if compressed else data


def takes_gzip(accepted):
    """Whether the header Accept-Encoding takes gzip: by name or as "*", and not at the quality 0.

    Examples
    --------
    >>> takes_gzip("br, gzip;q=0.5"), takes_gzip("gzip;q=0"), takes_gzip("*"), takes_gzip("identity")
    (True, False, True, False)
    """
    qualities = {}
    for part in accepted.lower().split(","):
        name, _, quality = (piece.strip() for piece in part.partition(";"))
        qualities[name] = re.fullmatch(r"q\s*=\s*0(\.0*)?", quality) is None
    return qualities.get("gzip", qualities.get("x-gzip", qualities.get("*", False)))


def _is_this_machine(host):
    """Whether a header Host names this machine, at any port; who sends none is no browser."""
    try:
        return host is None or urlsplit(f"//{host}").hostname in HOSTS
    except ValueError:
        return False


class Handler(http.server.SimpleHTTPRequestHandler):
    """Answers with files of one folder, compressed where the browser takes it."""

    protocol_version = "HTTP/1.1"  # one connection serves many files
    disable_nagle_algorithm = True
    timeout = 60

    def log_message(self, *_):
        """Say nothing; a page asks for a dozen files."""

    def do_GET(self):
        """Send a file."""
        self._answer(with_body=True)

    def do_HEAD(self):
        """Send what would come with a file."""
        self._answer(with_body=False)

    def _answer(self, with_body):
        if not _is_this_machine(self.headers.get("Host")):
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return
        try:
            asked = urlsplit(self.path)
            path = Path(self.translate_path(self.path))
            if path.is_dir():
                if not asked.path.endswith("/"):
                    self._redirect(asked)
                    return
                path /= "index.html"
            elif asked.path.endswith("/"):  # a file is no folder
                raise FileNotFoundError(path)
            if not path.resolve().is_relative_to(Path(self.directory).resolve()):  # a link that leads out of the site
                raise FileNotFoundError(path)
            status = path.stat()
            compressed = (
                takes_gzip(self.headers.get("Accept-Encoding", ""))
                and path.suffix in COMPRESSED
                and status.st_size >= LEAST
            )
            tag = f'"{status.st_mtime_ns:x}-{status.st_size:x}{"-gzip" if compressed else ""}"'
            data = _content(str(path), status.st_mtime_ns, compressed, self.server.address)
        except (OSError, ValueError):  # no file, or a name that can be none
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        same = self.headers.get("If-None-Match") == tag
        self.send_response(HTTPStatus.NOT_MODIFIED if same else HTTPStatus.OK)
        self.send_header("ETag", tag)
        self.send_header("Last-Modified", formatdate(status.st_mtime, usegmt=True))
        # An address with a digest never means other bytes; of any other file the browser asks whether it is the same.
        kept = "v" in parse_qs(asked.query)
        self.send_header("Cache-Control", "public, max-age=31536000, immutable" if kept else "no-cache")
        self.send_header("Vary", "Accept-Encoding")
        if not same:
            self.send_header("Content-Type", self.guess_type(str(path)))
            self.send_header("Content-Length", str(len(data)))
            if compressed:
                self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if with_body and not same:
            self.wfile.write(data)

    def _redirect(self, asked):
        self.send_response(HTTPStatus.MOVED_PERMANENTLY)
        # Two slashes at the beginning would name another host.
        path = f"/{asked.path.strip('/')}/"
        self.send_header("Location", urlunsplit(("", "", path, asked.query, "")))
        self.send_header("Content-Length", "0")
        self.end_headers()


class Server(http.server.ThreadingHTTPServer):
    """A server of one folder, reached from this machine alone.

    Examples
    --------
    >>> with Server(".") as server:
    ...     server.address.startswith("http://127.0.0.1:")
    True
    """

    daemon_threads = True
    block_on_close = False  # a browser keeps its connections open

    def __init__(self, folder, port=0):
        """Serve `folder` at a port; 0 takes a free one."""
        super().__init__(("127.0.0.1", port), partial(Handler, directory=str(folder)))

    def handle_error(self, request, client_address):
        """Say what went wrong, unless a browser has gone away or stopped, as it may when its reader turns the page."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    @property
    def address(self):
        """The address of the site, without a slash at its end."""
        return f"http://127.0.0.1:{self.server_port}"
