import { IdShape } from '#kernel';
import {
  checkEvidence,
  ProvedEventShape,
  ProvedRecordShape,
  ProvedSealShape,
  PublicKeyShape,
  refused,
  SignatureShape,
  type Attested,
  type Refused,
  type TrustedKeys,
} from '#event-store';
import { z } from 'zod';

export const EVIDENCE_FORMAT = 'coffee-tea.order-evidence.1';

/**
 * The seals prove only the events. The timeline also has records of other contexts, which are copied into the file
 * without a proof.
 */
export const PROOF_OF_PARTS = { events: 'proved', seals: 'proved', timeline: 'reported' } as const;

/** Every file contains this text, for a reader who does not know what the file is. */
export const EVIDENCE_TEXT =
  'The events of one order as they were stored and hashed, the hashes that lead from them to signed seals, and what ' +
  'other parts of the shop recorded about the order. Personal values stay sealed. Check this file with: ' +
  'npm run shop -- orders verify-evidence';

export const OrderEvidenceShape = z
  .strictObject({
    format: z.literal(EVIDENCE_FORMAT),
    about: z.string(),
    orderId: IdShape,
    events: z.array(ProvedEventShape),
    seals: z.array(ProvedSealShape),
    keys: z.array(PublicKeyShape).meta({ description: 'For comparison only. Trust only a key that you had before.' }),
    records: z
      .array(ProvedRecordShape)
      .optional()
      .meta({ description: 'Signed records of restored backups and new seals of this log, if there are any.' }),
    timeline: z.array(
      z.looseObject({
        at: z.string(),
        source: z.string(),
        type: z.string(),
        version: z.int().nullable(),
        data: z.record(z.string(), z.unknown()),
      }),
    ),
    standing: z
      .strictObject({
        events: z.literal('proved'),
        seals: z.literal('proved'),
        timeline: z.literal('reported'),
      })
      .optional()
      .meta({ description: 'What is proved by seals, and what is only reported. Older files do not say it.' }),
    signature: SignatureShape.meta({ description: 'Ed25519 over everything else in the file.' }),
  })
  .meta({ id: 'OrderEvidence' });

export type OrderEvidenceFile = z.infer<typeof OrderEvidenceShape>;
type Proved = Attested<OrderEvidenceFile>['events'];

/** Checks the text of an evidence file against keys that the reader already trusts. It needs no database. */
export const checkOrderEvidence = (text: string, keys: TrustedKeys): Attested<OrderEvidenceFile> | Refused =>
  checkEvidence(text, OrderEvidenceShape, ({ orderId }) => orderId, keys, compareTimeline);

/** The timeline entries with the source `order` must be exactly the events of the order: one entry for each event. */
function compareTimeline({ timeline }: OrderEvidenceFile, events: Proved): Refused | undefined {
  const facts = timeline.filter(({ source }) => source === 'order');
  if (facts.length !== events.length)
    return refused('story', `the timeline has ${facts.length} events of the order, but there are ${events.length}`);
  const byVersion = new Map(facts.map((fact) => [fact.version, fact]));
  for (const event of events) {
    const fact = byVersion.get(event.version);
    const at = new Date(Number(BigInt(event.micros) / 1_000n)).toISOString();
    const { id, position } = fact?.data ?? {};
    if (fact?.type !== event.type || fact.at !== at || id !== event.id || position !== event.position)
      return refused('story', `the timeline entry of version ${event.version} does not match the event`);
  }
  return undefined;
}
