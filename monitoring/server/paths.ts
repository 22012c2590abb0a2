/** Ports and folders that the parts of the monitoring agree on. */

/** The node exporter's port on every host. */
export const NODE_PORT = 9100;
export const PROMETHEUS_PORT = 9090;
export const ALERTMANAGER_PORT = 9093;
/** On mon1's loopback only. */
export const BLACKBOX_PORT = 9115;
/** Our exporters' ports, on mon1's loopback only. */
export const EXPORTER_PORTS = { wan: 9401, mail: 9402, conference: 9403, pager: 9404 } as const;
export type ExporterName = keyof typeof EXPORTER_PORTS;

/** Where a host's own programs leave metrics (`*.prom`) for its node exporter. */
export const TEXTFILES = "/var/lib/prometheus/node-exporter";
/** Prometheus's, Alertmanager's and the blackbox exporter's folder. */
export const CONFIGURATION = "/etc/prometheus";
/** The authority's certificate, on mon1. */
export const AUTHORITY = `${CONFIGURATION}/tls/authority.pem`;
