"""TLS, client certificates and users of the exporter, by the configuration that promtool knows too."""

from __future__ import annotations

import base64
import os
import resource
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import bcrypt
import heard
import pytest
import yaml

from kgnet.errors import UsageError
from kgnet.export.pages import Pages
from kgnet.export.server import Server
from kgnet.export.web import Web, _openssl

HOME = "127.0.0.1"
USER, WORD = "prometheus", "a long pass word"
SCRAPERS = 500
GOOD = "tls_server_config: {cert_file: web.crt, key_file: web.key"
TLS = {"cert_file": "web.crt", "key_file": "web.key"}


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority, a server's and a client's key and certificate."""
    return heard.papers(tmp_path_factory.mktemp("papers"), "web", ("scraper", "stranger"))


def written(papers: Path, config: Mapping[str, Any], name: str = "web.yml") -> Path:
    path = papers / name
    path.write_text(yaml.safe_dump(dict(config)))
    return path


@contextmanager
def serving(web: Web | None) -> Iterator[int]:
    pages = Pages(lambda _: (), lambda *_: (), modules=(), timeout_s=2)
    with Server(HOME, 0, pages, web) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def asked(port: int, papers: Path, *, user: str = "", client: str = "", path: str = "healthz") -> int:
    """Return the status; the server has to be who it says."""
    context = ssl.create_default_context(cafile=str(papers / "ca.crt"))
    context.check_hostname = False  # its name is not that of loopback; the chain is what counts here
    if client:
        context.load_cert_chain(papers / f"{client}.crt", papers / f"{client}.key")
    headers = {"Authorization": "Basic " + base64.b64encode(user.encode()).decode()} if user else {}
    request = urllib.request.Request(f"https://{HOME}:{port}/{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, context=context, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def hashed(word: str) -> str:
    return bcrypt.hashpw(word.encode(), bcrypt.gensalt(4)).decode()


def test_without_a_configuration_anybody_may_ask() -> None:
    with serving(None) as port, urllib.request.urlopen(f"http://{HOME}:{port}/readyz", timeout=10) as answer:
        assert (answer.status, answer.read()) == (200, b"ready\n")


def test_users_and_tls_are_asked_for(papers: Path) -> None:
    config = {"tls_server_config": TLS, "basic_auth_users": {USER: hashed(WORD)}}
    with serving(Web(written(papers, config))) as port:
        assert asked(port, papers, user=f"{USER}:{WORD}") == 200
        assert asked(port, papers, user=f"{USER}:{WORD}") == 200  # from what is remembered
        for wrong in ("", f"{USER}:other", f"nobody:{WORD}", USER, f"{USER}:{'x' * 100}"):
            assert asked(port, papers, user=wrong) == 401, wrong
        with pytest.raises(OSError):  # plain HTTP meets a handshake
            urllib.request.urlopen(f"http://{HOME}:{port}/healthz", timeout=5)


def test_a_header_that_is_none_lets_nobody_in(papers: Path) -> None:
    web = Web(written(papers, {"basic_auth_users": {USER: hashed(WORD)}}))
    right = base64.b64encode(f"{USER}:{WORD}".encode()).decode()
    for header in (
        "",
        "Basic",
        "Basic ***",
        f"Bearer {right}",
        "Basic " + base64.b64encode(b"\xff:x").decode(),
    ):
        assert not web.lets_in(header), header
    assert web.lets_in(f"basic {right}")


def test_a_client_has_to_show_a_certificate_and_a_name(papers: Path) -> None:
    needs = {**TLS, "client_auth_type": "RequireAndVerifyClientCert", "client_ca_file": "ca.crt"}
    with serving(Web(written(papers, {"tls_server_config": needs}))) as port:
        assert asked(port, papers, client="scraper") == 200
        with pytest.raises(OSError):
            asked(port, papers)
        with pytest.raises(OSError):
            asked(port, papers, client="web")  # a server's, which is not for clients
    named = {**needs, "client_allowed_sans": ["scraper.kg.example"]}
    with serving(Web(written(papers, {"tls_server_config": named}))) as port:
        assert asked(port, papers, client="scraper") == 200
        with pytest.raises(OSError):
            asked(port, papers, client="stranger")


def test_a_change_holds_at_once_and_a_wrong_one_never(papers: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = written(papers, {"tls_server_config": TLS}, "changing.yml")
    with serving(Web(path)) as port:
        assert asked(port, papers) == 200
        written(papers, {"tls_server_config": TLS, "basic_auth_users": {USER: hashed(WORD)}}, path.name)
        assert asked(port, papers) == 401
        path.write_text("tls_server_config: [")
        assert asked(port, papers) == 401
        assert "what held before holds on" in caplog.text


def test_a_renewed_certificate_is_taken_without_a_restart(papers: Path, tmp_path: Path) -> None:
    for name in ("web.crt", "web.key"):
        (tmp_path / name).write_text((papers / name).read_text())
    web = Web(written(tmp_path, {"tls_server_config": TLS}))
    before = web.context
    web.current()
    assert web.context is before
    for name in ("crt", "key"):
        file = tmp_path / f"web.{name}"
        file.write_text((papers / f"scraper.{name}").read_text())
        os.utime(file, ns=(time.time_ns(), time.time_ns() + 1))
    web.current()
    assert web.context is not before


def test_a_slow_handshake_holds_nobody_up(papers: Path) -> None:
    web = Web(written(papers, {"tls_server_config": TLS}))
    with serving(web) as port, socket.create_connection((HOME, port)):  # which says nothing
        assert asked(port, papers) == 200


def test_five_hundred_scrapers_with_a_password_are_let_in_at_once_over_tls(papers: Path) -> None:
    """Their one password is compared once, slow as bcrypt is by design; a wrong one among them stays out."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    slow = bcrypt.hashpw(WORD.encode(), bcrypt.gensalt(11)).decode()
    config = written(papers, {"tls_server_config": TLS, "basic_auth_users": {USER: slow}})
    users = [f"{USER}:{WORD if number % 50 else 'wrong'}" for number in range(SCRAPERS)]
    try:
        with serving(Web(config)) as port, ThreadPoolExecutor(SCRAPERS) as clients:
            asking = [clients.submit(asked, port, papers, user=user, path="metrics") for user in users]
            heard_of = [each.result() for each in asking]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert heard_of == [200 if number % 50 else 401 for number in range(SCRAPERS)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tls: {}", "tls: extra inputs are not permitted"),
        ("tls_server_config: {cert_file: web.crt}", "tls_server_config.key_file: field required"),
        ("tls_server_config: {cert_file: no.crt, key_file: web.key}", "no.crt: there is no such file"),
        (
            'http_server_config: {headers: {X-Frame-Options: "deny\\nSet-Cookie: a=b"}}',
            "headers.X-Frame-Options",
        ),
        ("http_server_config: {headers: {'X-A: b': c}}", "headers.X-A: b"),
        ("tls_server_config: {cert_file: web.crt, key_file: scraper.key}", "KEY_VALUES_MISMATCH"),
        (
            f"{GOOD}, client_auth_type: RequireAnyClientCert}}",
            "client_auth_type: input should be",
        ),
        (
            f"{GOOD}, client_auth_type: VerifyClientCertIfGiven}}",
            "needs a client_ca_file",
        ),
        ("basic_auth_users: {me: secret}", "basic_auth_users.me: is no bcrypt hash"),
        ("a: [", "no YAML"),
    ],
)
def test_a_wrong_configuration_is_one_line_and_no_start(papers: Path, text: str, said: str) -> None:
    (papers / "wrong.yml").write_text(text)
    with pytest.raises(UsageError) as wrong:
        Web(papers / "wrong.yml")
    assert said in str(wrong.value)
    assert "wrong.yml" in str(wrong.value)
    assert "secret" not in str(wrong.value)


def test_promtool_takes_the_same_file(papers: Path) -> None:
    """It is the convention of Prometheus: what its own tool says is right has to be right here, too."""
    config = {
        "tls_server_config": {
            **TLS,
            "client_auth_type": "RequireAndVerifyClientCert",
            "client_ca_file": "ca.crt",
            "min_version": "TLS13",
            "cipher_suites": ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"],
        },
        "http_server_config": {"http2": False, "headers": {"Strict-Transport-Security": "max-age=3600"}},
        "basic_auth_users": {USER: hashed(WORD)},
    }
    path = written(papers, config)
    done = subprocess.run(
        ["promtool", "check", "web-config", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert Web(path).config.http_server_config.headers


def test_ciphers_have_the_names_of_openssl() -> None:
    suites = ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256")
    suites += ("TLS_RSA_WITH_AES_256_CBC_SHA",)
    assert _openssl(suites) == [
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        "AES256-SHA",
    ]
