"""A NAPALM driver for FRRouting on Linux, over SSH: `napalm.get_network_driver("frr")`."""

from .frr import FRRDriver

__all__ = ["FRRDriver"]
