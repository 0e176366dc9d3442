import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '#platform/canonical';
import { CHAIN_TAG, chainHash, ORIGIN } from '../seals/chain';
import { ProvedSealShape, PublicKeyShape, SignatureShape } from '../verifications/evidence-check';
import { merkleRoot } from '../seals/merkle';
import { refused, type Refused } from '../verifications/proof-check';
import { isSealValid } from '../seals/seal-key';
import { isRecordValid, describeSealRecord } from '../seals/seal-records';
import type { TrustedKeys } from '../seals/trusted-keys';
import { exportLines } from './export-lines';
import { EXPORT_FORMAT, exportText } from './log-export';

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const WholeNumber = z.int().min(0);

const Head = z.strictObject({
  format: z.literal(EXPORT_FORMAT),
  about: z.string(),
  from: WholeNumber,
  to: WholeNumber,
  before: Hash,
  keys: z.array(PublicKeyShape),
});
const EventLine = z.strictObject({ event: z.strictObject({ fields: z.array(z.string()).length(11), hash: Hash }) });
const SealLine = z.strictObject({ seal: ProvedSealShape });
const RecordLine = z.strictObject({
  record: z.strictObject({ number: WholeNumber, body: z.string(), keyId: z.string(), signature: z.string() }),
});
const EndLine = z.strictObject({
  end: z.strictObject({ events: WholeNumber, seals: WholeNumber, hash: Hash }),
  signature: SignatureShape,
});
const Line = z.union([EventLine, SealLine, RecordLine, EndLine]);

export interface CheckedExport {
  readonly from: number;
  readonly to: number;
  readonly events: number;
  readonly seals: number;
  /** The last position that a seal covers. 0 if there is no seal. */
  readonly sealedThrough: number;
  /** The decisions about the seals, as sentences. */
  readonly remarks: readonly string[];
  readonly keyIds: readonly string[];
}

/** Checks the bytes of an exported file, as `checkExport` does. */
export const checkExportFile = (file: AsyncIterable<Buffer> | Iterable<Buffer>, keys: TrustedKeys) =>
  checkExport(exportLines(file), keys);

/**
 * Checks an export line by line against keys that were trusted before. It needs no database. `undefined` stands for a
 * line that is not UTF-8, or that has no line break.
 */
export async function checkExport(
  lines: AsyncIterable<string | undefined> | Iterable<string | undefined>,
  keys: TrustedKeys,
): Promise<CheckedExport | Refused> {
  const check = new ExportCheck(keys);
  for await (const text of lines) {
    const refusal = check.checkLine(text);
    if (refusal) return refusal;
  }
  return check.result();
}

class ExportCheck {
  private readonly digest = createHash('sha256');
  private readonly keyIds = new Set<string>();
  private readonly remarks: string[] = [];
  private head?: z.infer<typeof Head>;
  private lineNumber = 0;
  private position = 0;
  private hash = ORIGIN;
  private hashes: string[] = [];
  private events = 0;
  private seals = 0;
  private sealed = 0;
  private previousSeal?: string;
  private previousRecord = '';
  private ended = false;

  constructor(private readonly keys: TrustedKeys) {}

  checkLine(text: string | undefined): Refused | undefined {
    this.lineNumber += 1;
    if (this.ended) return refused('form', `line ${this.lineNumber} comes after the end line`);
    const parsed = text === undefined ? undefined : parseCanonical(text);
    if (parsed === undefined)
      return refused('form', `line ${this.lineNumber} is not canonical JSON: bytes were changed`);
    if (!this.head) {
      const head = Head.safeParse(parsed);
      if (!head.success) return refused('form', 'its first line does not have the form of the first line of an export');
      this.head = head.data;
      this.position = head.data.from - 1;
      this.sealed = head.data.from - 1;
      this.hash = head.data.before;
      if (head.data.from === 1 && head.data.before !== ORIGIN)
        return refused('event', 'the event at position 1 is the first of the log, but has a hash before it');
      this.digest.update(`${text}\n`);
      return undefined;
    }
    const line = Line.safeParse(parsed);
    if (!line.success) return refused('form', `line ${this.lineNumber} has an unknown form`);
    if ('end' in line.data) return this.checkEnd(line.data);
    this.digest.update(`${text}\n`);
    if ('event' in line.data) return this.checkEvent(line.data.event);
    if ('seal' in line.data) return this.checkSeal(line.data.seal);
    return this.checkRecord(line.data.record);
  }

  result(): CheckedExport | Refused {
    if (!this.head) return refused('form', 'the file is empty');
    if (!this.ended) return refused('form', 'the file was cut: its end line is missing');
    const { from, to } = this.head;
    const sealedThrough = this.sealed < from ? 0 : this.sealed;
    const { events, seals, remarks, keyIds } = this;
    return { from, to, events, seals, sealedThrough, remarks, keyIds: [...keyIds] };
  }

  private checkEvent({ fields, hash }: z.infer<typeof EventLine>['event']): Refused | undefined {
    const [tag, before, position] = fields;
    const expected = this.position + 1;
    if (tag !== CHAIN_TAG) return refused('form', `the event at position ${position} was hashed in an unknown form`);
    if (position !== String(expected)) return refused('stream', `position ${expected} is missing`);
    if (before !== this.hash) return refused('event', `position ${expected} does not follow from the position before`);
    if (chainHash(fields) !== hash) return refused('event', `position ${expected} does not match its hash`);
    this.position = expected;
    this.hash = hash;
    this.hashes.push(hash);
    this.events += 1;
    return undefined;
  }

  private checkSeal(seal: z.infer<typeof ProvedSealShape>): Refused | undefined {
    const { position, after, keyId, previous, root, hash } = seal;
    const name = `the seal at position ${position}`;
    if (!this.keys.has(keyId)) return refused('untrusted', `${name} is signed with key ${keyId}`);
    if (!isSealValid(this.keys, { ...seal, sealedAt: new Date(seal.sealedAt) }, previous))
      return refused('seal', `${name} does not match its signature with key ${keyId}`);
    const follows = this.previousSeal === undefined || this.previousSeal === previous;
    if (position !== this.position || after !== this.sealed || !follows)
      return refused('seal', `${name} is in the wrong place, or a seal before it is missing`);
    if (merkleRoot(this.hashes) !== root || hash !== this.hash)
      return refused('event', `positions ${after + 1} to ${position} do not match ${name}`);
    this.sealed = position;
    this.hashes = [];
    this.previousSeal = seal.signature;
    this.seals += 1;
    this.keyIds.add(keyId);
    return undefined;
  }

  private checkRecord(record: z.infer<typeof RecordLine>['record']): Refused | undefined {
    if (!isRecordValid(this.keys, record, this.previousRecord))
      return refused('seal', `record ${record.number} of the log of seals is not as it was signed`);
    this.previousRecord = record.signature;
    this.remarks.push(describeSealRecord(record));
    return undefined;
  }

  private checkEnd({ end, signature }: z.infer<typeof EndLine>): Refused | undefined {
    const { keyId, value } = signature;
    if (!this.keys.has(keyId)) return refused('untrusted', `the export is signed with key ${keyId}`);
    const isComplete = end.events === this.events && end.seals === this.seals && end.hash === this.hash;
    if (!isComplete || this.position !== this.head!.to) return refused('stream', 'lines are missing before the end');
    if (!this.keys.signed(keyId, exportText(keyId, this.digest.digest('hex')), value))
      return refused('signature', `the export does not match its signature with key ${keyId}`);
    this.keyIds.add(keyId);
    this.ended = true;
    return undefined;
  }
}

/** Undefined if the text is not canonical JSON, or is nested too deeply to be serialized. */
function parseCanonical(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    return canonicalJson(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}
