"""What of TLS is retired, in OpenSSL's words: RFC 8996; RFC 7465, RFC 8429, RFC 9325 §4.1."""

from __future__ import annotations

EVERY = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
WEAK = "eNULL:EXPORT:LOW:3DES:DES:RC4:MD5:@SECLEVEL=0"  # no encryption, export, DES, RC4, MD5
