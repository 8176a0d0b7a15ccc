"""A mail client for a node's own Python: one task as JSON on stdin, the outcome as JSON on stdout."""

import imaplib
import json
import smtplib
import ssl
import sys
import time


def trust(task: dict) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=task["ca"])
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def send(task: dict) -> dict:
    """Hand in a letter; login and encryption as the task says."""
    with smtplib.SMTP(task["host"], task["port"], task["helo"], timeout=15) as line:
        line.ehlo()
        offered = {"auth_in_clear": line.has_extn("auth"), "starttls": line.has_extn("starttls")}
        if task.get("tls", True):
            line.starttls(context=trust(task))
            line.ehlo()
            offered["tls"] = line.sock.version()
        if task.get("user"):
            line.user, line.password = task["user"], task["password"]
            line.auth("PLAIN", line.auth_plain)
        line.sendmail(task["sender"], [task["to"]], task["letter"].encode())
    return offered


def fetch(task: dict) -> dict:
    """Wait for the letter with that subject; return it whole, and delete it."""
    with imaplib.IMAP4_SSL(task["host"], 993, ssl_context=trust(task), timeout=15) as line:
        line.login(task["user"], task["password"])
        until = time.monotonic() + task.get("patience_s", 15)
        while time.monotonic() < until:
            line.select("INBOX")
            _, found = line.search(None, "SUBJECT", f'"{task["subject"]}"')
            if found[0]:
                _, parts = line.fetch(found[0].split()[-1], "(RFC822)")
                line.store(found[0].split()[-1], "+FLAGS", "\\Deleted")
                return {"letter": parts[0][1].decode()}
            time.sleep(0.2)
    return {"refused": "no such letter came"}


def main() -> None:
    task = json.load(sys.stdin)
    try:
        said = {"send": send, "fetch": fetch}[task["do"]](task)
    except smtplib.SMTPRecipientsRefused as refusal:
        said = {"refused": str(next(iter(refusal.recipients.values())))}
    except (smtplib.SMTPException, imaplib.IMAP4.error, OSError) as refusal:
        said = {"refused": str(refusal)}
    json.dump(said, sys.stdout)


main()
