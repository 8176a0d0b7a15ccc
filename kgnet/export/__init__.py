"""The exporter: what the fleet is, how it fares, and what its records say, for Prometheus.

catalogue  every metric, with type and help           topology   evidence → what is up, and why not
intent     what the province's files say               devices    SNMP: circuits, routing sessions
expected   what is meant to be up now: planned work
collector  one scrape, all of it                       records    the last audit and the last plan
text       samples → exposition format                 forms      which of them a scraper wants
scrapes    many scrapers, few scrapes                  pages      /metrics, /probe, /sd, /healthz
shard      several exporters, a part each              server     HTTP, and who may ask
discovery  what there is to probe                      jobs       what Prometheus scrapes
seldom     targets that are asked rarely              probed     the metrics of deeper probes
own        what the exporter tells of itself           dashboards/  Grafana's, one file each
config     the files of Prometheus and Alertmanager    rules/     the alerts, tested by promtool
"""
