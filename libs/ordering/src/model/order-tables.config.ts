import type { StreamTables } from '#event-store';

/** The names of the event store's tables in the schema of ordering. */
export const orderTables: StreamTables = Object.freeze({
  store: 'orders',
  stream: 'order_id',
  events: 'order_events',
  heads: 'order_heads',
  pending: 'order_pending',
  unnumbered: 'order_unnumbered',
  log: 'order_log',
  seals: 'order_seals',
  reseals: 'order_reseals',
  sealRecords: 'order_seal_records',
  admissions: 'order_admissions',
  eventFormats: 'order_event_formats',
  macExceptions: 'order_mac_exceptions',
  macInstances: 'order_mac_instances',
  snapshots: 'order_snapshots',
  verifications: 'order_verifications',
});
