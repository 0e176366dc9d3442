import { z } from 'zod';
import { canonicalJson } from '#platform/canonical';
import { evidenceText, type ProvedEvent, type StreamProof } from './evidence';
import { checkProof, provedColumns, refused, type Refused } from './proof-check';
import type { TrustedKeys } from '../seals/trusted-keys';

const hex = (digits: number) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${digits}}$`))
    .meta({ example: '0f'.repeat(digits / 2) });

const Hash = hex(64);
const Signature = hex(128);
const KeyId = hex(16);
const WholeNumber = z.int().min(0);

export const ProvedEventShape = z.strictObject({
  fields: z
    .array(z.string())
    .length(11)
    .meta({
      description: 'What the hash covers, in order: the canonical bytes.',
      example: ['coffee-tea.log.1', ...Array<string>(10).fill('1')],
    }),
  hash: Hash,
  seal: WholeNumber.meta({ description: 'The position of the seal it is under.' }),
  path: z
    .array(Hash)
    .max(10)
    .meta({ description: 'The Merkle path (RFC 6962) from the hash to the root of the seal.' }),
});

export const ProvedSealShape = z.strictObject({
  position: WholeNumber,
  after: WholeNumber,
  root: Hash,
  hash: Hash,
  keyId: KeyId,
  sealedAt: WholeNumber.meta({ description: 'Milliseconds since 1970.' }),
  signature: Signature,
  previous: z.union([z.literal(''), Signature]).meta({ example: '' }),
});

export const ProvedRecordShape = z.strictObject({
  number: WholeNumber,
  body: z.string().meta({ description: 'What was decided, as it was signed.' }),
  keyId: KeyId,
  signature: Signature,
  previous: z.union([z.literal(''), Signature]).meta({ example: '' }),
});

export const PublicKeyShape = z.strictObject({ id: KeyId, publicKey: Hash });
export const SignatureShape = z.strictObject({ keyId: KeyId, value: Signature });

const Signed = z.looseObject({
  events: z.array(ProvedEventShape),
  seals: z.array(ProvedSealShape),
  keys: z.array(PublicKeyShape),
  records: z.array(ProvedRecordShape).optional(),
  signature: SignatureShape,
});

export interface Attested<Document> {
  readonly document: Document;
  readonly events: readonly ReturnType<typeof provedColumns>[];
  readonly keyIds: readonly string[];
}

/**
 * Reads a document, and checks it with the trusted keys only. It first checks the exact form and the proof. Then it
 * calls `checkMore`, and finally it checks the signature of the whole document.
 */
export function checkEvidence<Document extends StreamProof>(
  text: string,
  shape: z.ZodType<Document>,
  streamOf: (document: Document) => string,
  keys: TrustedKeys,
  checkMore: (document: Document, events: Attested<Document>['events']) => Refused | undefined,
): Attested<Document> | Refused {
  const parsed = parseJson(text);
  if (parsed === undefined) return refused('form', 'the document is not JSON');
  if (canonicalText(parsed) !== text) return refused('form', 'the document is not canonical JSON: bytes were changed');
  const signed = Signed.safeParse(parsed);
  const shaped = shape.safeParse(parsed);
  if (!signed.success || !shaped.success) {
    const issue = (signed.error ?? shaped.error!).issues[0];
    return refused(
      'form',
      `the document does not have the form of evidence: ${issue.path.join('..')}: ${issue.message}`,
    );
  }
  const { signature, ...document } = parsed as z.infer<typeof Signed>;
  if (!keys.has(signature.keyId)) return refused('untrusted', `the document is signed with key ${signature.keyId}`);
  const proofRefusal = checkProof(streamOf(shaped.data), shaped.data, keys);
  if (proofRefusal) return proofRefusal;
  const events = shaped.data.events.map((event: ProvedEvent) => provedColumns(event));
  const otherRefusal = checkMore(shaped.data, events);
  if (otherRefusal) return otherRefusal;
  if (!keys.signed(signature.keyId, evidenceText(signature.keyId, document), signature.value))
    return refused('signature', `the document does not match its signature with key ${signature.keyId}`);
  const keyIds = new Set([signature.keyId, ...shaped.data.seals.map(({ keyId }) => keyId)]);
  return { document: shaped.data, events, keyIds: [...keyIds] };
}

/** Returns undefined if the JSON is nested too deeply to be serialized. */
function canonicalText(read: unknown): string | undefined {
  try {
    return `${canonicalJson(read)}\n`;
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
