"""The server of the finished site: compressed where that helps, kept where an address says that it may."""

import gzip
import http.client
import socket
import struct
import threading

import pytest

from datagravity.site.links import THIS_MACHINE
from datagravity.site.server import LEAST, Server

TEXT = "gravity " * 1000


@pytest.fixture
def ask(tmp_path):
    """A function that asks the server of a small folder for a path; the answer, with its body."""
    site = tmp_path / "site"
    (site / "part").mkdir(parents=True)
    (site / "index.html").write_text(TEXT)
    (site / "part" / "index.html").write_text("part")
    (site / "site.js").write_text(TEXT)
    (site / "a.ipynb").write_text(f"[here]({THIS_MACHINE}a.html) [there](https://a.org/a.html)")
    (site / "picture.png").write_bytes(b"\0" * 2 * LEAST)
    (tmp_path / "secret.html").write_text("secret")
    with Server(site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port)

        def ask(path, method="GET", **headers):
            connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            answer.body = answer.read()
            return answer

        ask.address = server.address
        yield ask
        connection.close()
        server.shutdown()
        thread.join()


def test_text_comes_compressed_to_who_takes_it(ask):
    packed = ask("/site.js", Accept_Encoding="gzip, br")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body).decode() == TEXT
    assert len(packed.body) == int(packed.headers["Content-Length"]) < len(TEXT) / 10
    plain = ask("/site.js")
    assert plain.headers["Content-Encoding"] is None
    assert plain.body.decode() == TEXT
    assert ask("/picture.png", Accept_Encoding="gzip").headers["Content-Encoding"] is None


def test_a_notebook_of_a_site_without_an_address_leads_back_to_this_server(ask):
    answer = ask("/a.ipynb")
    assert answer.body.decode() == f"[here]({ask.address}/a.html) [there](https://a.org/a.html)"
    assert THIS_MACHINE.startswith(ask.address.rpartition(":")[0])


def test_an_address_with_a_digest_is_kept_and_others_are_asked_for_again(ask):
    assert "immutable" in ask("/site.js?v=0123456789").headers["Cache-Control"]
    page = ask("/")
    assert page.headers["Cache-Control"] == "no-cache"
    again = ask("/", If_None_Match=page.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    assert ask("/", If_None_Match='"other"').status == 200


def test_folders_heads_and_what_is_not_there(ask):
    assert ask("/part").headers["Location"] == "/part/"
    assert ask("/part/").body == b"part"
    head = ask("/site.js", method="HEAD")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(len(TEXT)))
    assert ask("/nothing.html").status == 404
    assert ask("/../secret.html").status == 404
    assert ask("/%2e%2e/secret.html").status == 404
    assert ask("/index.html/").status == 404
    assert ask("/part?v=1").headers["Location"] == "/part/?v=1"
    assert ask("//part").headers["Location"] == "/part/", "two slashes would lead to another host"


def test_who_refuses_compression_gets_none(ask):
    assert ask("/site.js", Accept_Encoding="gzip;q=0, br").headers["Content-Encoding"] is None
    assert ask("/site.js", Accept_Encoding="*;q=0.1").headers["Content-Encoding"] == "gzip"


def test_only_this_machine_reaches_it(tmp_path):
    with Server(tmp_path) as server:
        assert server.server_address[0] == "127.0.0.1"
        assert server.address == f"http://127.0.0.1:{server.server_port}"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8000", "[", ""])
def test_another_name_of_this_machine_is_refused(ask, host):
    answer = ask("/", Host=host)
    assert (answer.status, TEXT.encode() in answer.body) == (421, False)


@pytest.mark.parametrize("host", ["localhost", "localhost:1234", "127.0.0.1:8000", "[::1]:8000"])
def test_a_name_of_this_machine_is_served_at_any_port(ask, host):
    assert ask("/", Host=host).status == 200


def test_no_folder_is_listed_and_no_link_leads_out(ask, tmp_path):
    (tmp_path / "site" / "empty").mkdir()
    (tmp_path / "site" / "empty" / "a.txt").write_text("a")
    (tmp_path / "site" / "out.html").symlink_to(tmp_path / "secret.html")
    answer = ask("/empty/")
    assert (answer.status, b"a.txt" in answer.body) == (404, False)
    assert ask("/out.html").status == 404


BROKEN = {
    "nothing": b"",
    "blank lines": b"\r\n\r\n",
    "no address": b"GET\r\n\r\n",
    "no text": b"\xff\x00\x01\r\n\r\n",
    "an address that is none": b"GET //[ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "another version": b"GET / HTTP/9.9\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n",
    "a null": b"GET /%00 HTTP/1.1\r\n\r\n",
    "a long address": b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
    "half a head": b"GET /site.js HTTP/1.1\r\nHost: localhost\r\n",
    "gone before the answer": b"GET /site.js HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@pytest.mark.parametrize("sent", BROKEN.values(), ids=BROKEN)
def test_it_survives_a_broken_client(ask, sent, capsys):
    port = int(ask.address.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(sent)
        # What is not read by the client's end is a reset connection to the server.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert ask("/site.js").status == 200
    assert "Traceback" not in capsys.readouterr().err
