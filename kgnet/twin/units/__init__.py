"""A stand-in for systemd inside a node: it starts and stops the stock units and tells the truth about them.

There is no systemd in a namespace, but playbooks, roles and people speak to `systemctl`.  This package is
packed into one file and laid over /usr/bin/systemctl in every node; it runs by the node's own Python, so
it imports the standard library only, and little of that: Ansible calls it several times a task.

Source: systemd.unit(5), systemd.service(5), systemd.exec(5), sd_notify(3), systemctl(1).
"""
