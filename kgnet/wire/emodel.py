"""ITU-T G.107 (the E-model): delay and loss of a path → how good a call over it sounds.

Every number and formula without another source is of ITU-T G.107 (06/2015): §7.2 to §7.7 and the default
values of its table 2.  At the defaults the rating is 93.2 (§7.1), and a test holds that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import exp, log10, pow, sqrt

SLR_DB, RLR_DB, STMR_DB, LSTR_DB = (
    8.0,
    2.0,
    15.0,
    18.0,
)  # loudness ratings of send, receive, sidetone, listener
D_SEND, D_RECEIVE = 3.0, 3.0  # D-values of the telephones
TELR_DB, WEPL_DB = 65.0, 110.0  # talker echo, weighted echo path
QDU = 1.0  # quantizing distortion units
NOISE_SEND_DB, NOISE_RECEIVE_DB = 35.0, 35.0  # of the rooms, dB(A)
NC_DB, NFOR_DB = -70.0, -64.0  # circuit noise, noise floor at the receiver
MT_MS, ST = 100.0, 1.0  # the delay that is just perceived, sensitivity to it: table 2, the default class
BEST_MOS = 4.5


@dataclass(frozen=True, slots=True)
class Codec:
    """What a codec costs: *ie* by itself, *bpl* how well it bears random loss (ITU-T G.113 appendix I)."""

    name: str
    ie: float
    bpl: float


G711 = Codec("G.711 with packet loss concealment", 0.0, 25.1)  # G.113 (11/2007) table I.4


def rating(*, delay_ms: float, loss_ratio: float, burst_ratio: float = 1.0, codec: Codec = G711) -> float:
    """Return the transmission rating R, about 0 (worst) to 93.2.

    *delay_ms* is one way from mouth to ear, *loss_ratio* the lost part of the packets (0 to 1), *burst_ratio*
    how much longer the runs of lost packets are than where losses are random (1: random).
    """
    ppl = 100 * loss_ratio
    ie_eff = codec.ie + (95 - codec.ie) * ppl / (ppl / burst_ratio + codec.bpl)  # §7.5
    return _basic() - _simultaneous(delay_ms) - _delayed(delay_ms) - ie_eff


def opinion(r: float) -> float:
    """Return the estimated mean opinion score of a rating, 1 (bad) to 4.5 (annex B, equation B-4)."""
    if r <= 0:
        return 1.0
    if r >= 100:
        return BEST_MOS
    return max(1.0, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6)


@cache
def _noise() -> float:
    """Return the power of all noise, No, in dBm0p (§7.2)."""
    olr = SLR_DB + RLR_DB
    send = NOISE_SEND_DB - SLR_DB - D_SEND - 100 + 0.004 * (NOISE_SEND_DB - olr - D_SEND - 14) ** 2
    effective = NOISE_RECEIVE_DB + 10 * log10(1 + 10 ** ((10 - LSTR_DB) / 10))
    receive = RLR_DB - 121 + effective + 0.008 * (effective - 35) ** 2
    floor = NFOR_DB + RLR_DB
    return 10 * log10(sum(10 ** (level / 10) for level in (NC_DB, send, receive, floor)))


@cache
def _basic() -> float:
    """Return the basic signal-to-noise ratio, Ro (§7.2)."""
    return 15 - 1.5 * (SLR_DB + _noise())


def _simultaneous(delay_ms: float) -> float:
    """Return what impairs speech at the same time, Is: loudness, sidetone, quantizing (§7.3)."""
    x = SLR_DB + RLR_DB + 0.2 * (64 + _noise() - RLR_DB)
    loud = 20 * (pow(1 + (x / 8) ** 8, 1 / 8) - x / 8)
    stmr = -10 * log10(10 ** (-STMR_DB / 10) + exp(-delay_ms / 4) * 10 ** (-TELR_DB / 10))
    side = (
        12 * pow(1 + ((stmr - 13) / 6) ** 8, 1 / 8)
        - 28 * pow(1 + ((stmr + 1) / 19.4) ** 35, 1 / 35)
        - 13 * pow(1 + ((stmr - 3) / 33) ** 13, 1 / 13)
        + 29
    )
    q = 37 - 15 * log10(QDU)
    g = 1.07 + 0.258 * q + 0.0602 * q**2
    y, z = (_basic() - 100) / 15 + 46 / 8.4 - g / 9, 46 / 30 - g / 40
    return loud + side + 15 * log10(1 + pow(10, y) + pow(10, z))


def _delayed(delay_ms: float) -> float:
    """Return what the delay impairs, Id: talker echo, listener echo, and the wait itself (§7.4)."""
    return _talker_echo(delay_ms) + _listener_echo(2 * delay_ms) + _wait(delay_ms)


def _talker_echo(delay_ms: float) -> float:
    terv = TELR_DB - 40 * log10((1 + delay_ms / 10) / (1 + delay_ms / 150)) + 6 * exp(-0.3 * delay_ms**2)
    half = (-1.5 * (_noise() - RLR_DB) - (80 + 2.5 * (terv - 14))) / 2
    return (half + sqrt(half**2 + 100) - 1) * (1 - exp(-delay_ms))


def _listener_echo(round_trip_ms: float) -> float:
    half = (_basic() - 10.5 * (WEPL_DB + 7) * pow(round_trip_ms + 1, -0.25)) / 2
    return half + sqrt(half**2 + 169)


def _wait(delay_ms: float) -> float:
    if delay_ms <= MT_MS:
        return 0.0
    x, power = log10(delay_ms / MT_MS) / log10(2), 6 * ST
    return 25 * (pow(1 + pow(x, power), 1 / power) - 3 * pow(1 + pow(x / 3, power), 1 / power) + 2)
