"""The fleet as real daemons on this machine: blueprint → a twin in namespaces of its own.

    blueprint   nodes, circuits and LANs as neutral values; JSON in and out      fleet: the Fleet as one
    can         what this machine lacks, found by trying
    launch      up and down: the folder, the keys, the stock /etc (base), and the start of
    isolate     the process that becomes PID 1 of new namespaces, and then
    holder      builds nodes (node) and wires (wires, relay), and answers on its socket (control)
    enter       a command inside a node            memory   what it all takes
    units       the stand-in for systemd in every node; standard library only

One process holds a twin: when it ends, however it ends, all of the twin is gone, for it was never on the
host: not a link, not a mount, not a setting (but the size of the neighbour table, for more than a hundred
nodes and by root only: launch._room_for_neighbours).  Root runs it in a user namespace too, and so has no
power over the host from inside; anybody else needs a range in /etc/subuid.

A small twin by hand, without an inventory:

    kgnet twin up --blueprint two.json     # fields as in kgnet.twin.blueprint; only names and ends must be
    {"name": "two",
     "nodes": [{"name": "r1", "interfaces": {"wan0": ["10.9.0.1/30"]}, "services": ["ssh", "frr"],
                "files": {"/etc/frr/frr.conf": "hostname r1\\n..."}},
               {"name": "r2", "interfaces": {"wan0": ["10.9.0.2/30"]}},
               {"name": "operator", "desk": true, "services": []}],
     "links": [{"name": "C1", "a": ["r1", "wan0"], "b": ["r2", "wan0"], "shape": {"delay_ms": 20}}],
     "lans": []}

What a kernel has is probed: with netem a circuit is two veths and a bridge, without it two TAPs and the
relay; same commands, same tests.  VLANs and tunnels are made by the nodes on top of their interfaces.
"""
