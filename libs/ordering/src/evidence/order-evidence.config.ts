import { IdShape } from '#kernel';
import {
  checkEvidence,
  ProvedEventShape,
  ProvedSealShape,
  PublicKeyShape,
  refused,
  SignatureShape,
  type Attested,
  type Refused,
  type TrustedKeys,
} from '#platform/event-store';
import { z } from 'zod';

export const FORMAT = 'coffee-tea.order-evidence.1';

/** Stands in every file, for whoever opens one without knowing what it is. */
export const ABOUT =
  'The events of one order as they were stored and hashed, their way into signed seals, and what other parts of the ' +
  'shop recorded beside them. Personal values stay sealed. Check it with: npm run shop -- orders verify-evidence';

export const OrderEvidenceShape = z
  .strictObject({
    format: z.literal(FORMAT),
    about: z.string(),
    orderId: IdShape,
    events: z.array(ProvedEventShape),
    seals: z.array(ProvedSealShape),
    keys: z.array(PublicKeyShape).meta({ description: 'For comparison only: trust a key you had before.' }),
    timeline: z.array(
      z.looseObject({
        at: z.string(),
        source: z.string(),
        type: z.string(),
        version: z.int().nullable(),
        data: z.record(z.string(), z.unknown()),
      }),
    ),
    signature: SignatureShape.meta({ description: 'Ed25519 over everything else in the file.' }),
  })
  .meta({ id: 'OrderEvidence' });

export type OrderEvidenceFile = z.infer<typeof OrderEvidenceShape>;
type Proved = Attested<OrderEvidenceFile>['events'];

/** Checks the text of an evidence file against keys that were trusted before it came. No database is asked. */
export const checkOrderEvidence = (text: string, keys: TrustedKeys): Attested<OrderEvidenceFile> | Refused =>
  checkEvidence(text, OrderEvidenceShape, ({ orderId }) => orderId, keys, tellsTheSame);

/** The timeline's facts are the events: each once, and nothing else of the order's own. */
function tellsTheSame({ timeline }: OrderEvidenceFile, events: Proved): Refused | undefined {
  const facts = timeline.filter(({ source }) => source === 'order');
  if (facts.length !== events.length)
    return refused('story', `the timeline tells of ${facts.length} events, and there are ${events.length}`);
  for (const event of events) {
    const fact = facts.find(({ version }) => version === event.version);
    const at = new Date(Number(BigInt(event.micros) / 1_000n)).toISOString();
    const { id, position } = fact?.data ?? {};
    if (fact?.type !== event.type || fact.at !== at || id !== event.id || position !== event.position)
      return refused('story', `the timeline tells of version ${event.version} otherwise than the event does`);
  }
  return undefined;
}
