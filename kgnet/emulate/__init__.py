"""Emulated vendor devices over the real transports: many in one process, without root.

It is an independent witness of how devices behave, so it shares nothing with kgnet's platforms: a device
holds a configuration edited by the very commands of its dialect, forgets what was not saved, takes a change
back when nobody confirms it, and fails to order.
"""
