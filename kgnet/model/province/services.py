"""services.yml, mail.yml, mailboxes.csv: what the data center hosts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kgnet.model.province.written import Code, DnsName, Port, Slug, Written


class Service(Written):
    """services.yml: a system that the data center hosts."""

    id: Slug
    title: str
    audience: Literal["public", "offices", "agencies"]
    zone: Slug
    hosts: list[Slug] = Field(default_factory=list, description="devices that run it")
    names: list[DnsName] = Field(
        min_length=1, description="DNS names below the province's domain, without it"
    )
    port: Port = 443
    balanced: bool = Field(default=True, description="reached through the load balancer")
    figures: dict[str, int] = Field(default_factory=dict, description="what is known of its size")
    critical: bool = False


class MailSettings(Written):
    """mail.yml: the province's mail."""

    host: Slug
    selector: Slug = Field(description="DKIM selector; its key is the secret dkim/<selector>")
    quota_mb: int = Field(gt=0)
    dmarc_policy: Literal["none", "quarantine", "reject"] = "reject"


class Mailbox(Written):
    """mailboxes.csv: one mailbox; generated names only."""

    name: str = Field(pattern=r"^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$", max_length=64)
    site: Code
