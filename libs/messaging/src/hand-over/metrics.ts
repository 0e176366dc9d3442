import { Counter, register } from 'prom-client';

const NAME = 'shop_messages_sent_total';

const sent =
  (register.getSingleMetric(NAME) as Counter | undefined) ??
  new Counter({
    name: NAME,
    help: 'Sent messages, by the way they took: direct (to all receivers in the statement of the sender) or relay.',
    labelNames: ['context', 'way'],
  });

export const messagesHandedOver = (context: string, way: 'direct' | 'relay', count: number): void =>
  sent.inc({ context, way }, count);
