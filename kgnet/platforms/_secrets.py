"""Secrets that look alike in every platform's text: private keys in PEM, and passwords within URLs."""

from __future__ import annotations

import re

PEM = r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----((?:[^-]|-(?!----))*)"
URL = r"://[^\s:/@\"]{1,64}:((?!<secret)[^\s/\"]{1,256})@(?=[\w.\[-])"
EVERYWHERE = (re.compile(PEM), re.compile(URL))
WHOLE = tuple((re.compile(r".+", re.DOTALL), pattern) for pattern in EVERYWHERE)  # for `Platform.within`
