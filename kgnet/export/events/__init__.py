"""What devices tell without being asked: syslog and SNMP notifications → counts by device and kind.

book      `kgnet/platforms/<platform>/events.yml`: which text means what
sources   address or host name → the device that told
tally     counts and times, kept over a restart       links     which circuits were told to be down
syslog    UDP, TCP, TLS                               traps     SNMPv3 traps and informs
receiver  both, in a thread of their own              limits    how much one source may tell
"""
