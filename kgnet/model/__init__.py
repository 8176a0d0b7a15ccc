"""The nouns: frozen values without I/O.

province   what people write: sites, circuits, rooms, zones, flows, services, mail (the intent, row by row)
fleet      what follows from it: devices with their interfaces, routing, queues, firewall and names (want);
           its parts stand in routing, switching, administration and calendar
groups     the groups that devices belong to
config     a configuration text in its parts, with line numbers
facts      what a device says of itself, in neutral words (have); of how it is managed: managed
outcome    plan, outcome, finding and sample: what the verbs give back
"""
