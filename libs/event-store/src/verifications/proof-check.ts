import { VOIDING } from '#kernel';
import type { Slices } from '#platform/system';
import { CHAIN_TAG, chainHash, ORIGIN } from '../seals/chain';
import type { ProvedEvent, ProvedSeal, StreamProof } from './evidence';
import { computeRoot } from '../seals/merkle';
import { isSealValid } from '../seals/seal-key';
import { isRecordValid } from '../seals/seal-records';
import type { TrustedKeys } from '../seals/trusted-keys';

/** Why a proof is refused. */
export type Refusal =
  | 'form' // it does not have the exact form of a proof
  | 'untrusted' // it is signed with a key that is not trusted
  | 'seal' // a seal is not as it was signed
  | 'event' // an event is not as it was hashed, or its seal does not cover it
  | 'stream' // events are missing, out of order, or of another stream
  | 'story' // the other parts of the document do not match the events
  | 'signature'; // the document is not as it was signed

export interface Refused {
  readonly refusal: Refusal;
  readonly message: string;
}

export const refused = (refusal: Refusal, message: string): Refused => ({ refusal, message });

/** The hashed columns of an event, by name. */
export const provedColumns = ({ fields }: ProvedEvent) => {
  const [tag, previous, position, id, stream, version, type, schemaVersion, data, metadata, micros] = fields;
  const numbers = { position: Number(position), version: Number(version), schemaVersion: Number(schemaVersion) };
  return { tag, previous, id, stream, type, data, metadata, micros, ...numbers };
};

/**
 * Returns undefined if the proof is correct. Then every event is as it was written, a seal of a trusted key covers it,
 * and no event is missing before the last event.
 */
export function checkProof(streamId: string, proof: StreamProof, keys: TrustedKeys): Refused | undefined {
  const steps = checkInSteps(streamId, proof, keys);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Like `checkProof`, but in slices, so that other work can run in between. */
export async function checkProofInSlices(
  streamId: string,
  proof: StreamProof,
  keys: TrustedKeys,
  slices: Slices,
): Promise<Refused | undefined> {
  const steps = checkInSteps(streamId, proof, keys);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await slices.pauseForOthers();
  }
}

function* checkInSteps(
  streamId: string,
  { events, seals, records = [] }: StreamProof,
  keys: TrustedKeys,
): Generator<void, Refused | undefined> {
  const forged = records.find((record) => !isRecordValid(keys, record, record.previous));
  if (forged) return refused('seal', `record ${forged.number} of the log of seals is not as it was signed`);
  const sealRefusal = checkSeals(seals, keys);
  if (sealRefusal) return sealRefusal;
  if (events.length === 0) return refused('stream', 'there are no events');
  const voided = voidedVersions(events);
  let version = 0;
  for (const [index, event] of events.entries()) {
    version = nextVersion(version, provedColumns(event).version, voided);
    const eventRefusal = checkEvent(streamId, version, event, events[index - 1], seals);
    if (eventRefusal) return eventRefusal;
    yield;
  }
  const used = new Set(events.map(({ seal }) => seal));
  const unused = seals.find(({ position }) => !used.has(position));
  return unused && refused('seal', `the seal at position ${unused.position} covers none of the events`);
}

/** The versions that events of the proof declare void. A void event without a position is not in the proof. */
function voidedVersions(events: readonly ProvedEvent[]): ReadonlySet<number> {
  const voidings = events.map(provedColumns).filter(({ type }) => type === VOIDING);
  return new Set(voidings.map(({ data }) => (JSON.parse(data) as { version: number }).version));
}

/** The version that must come next. Void versions that are not in the proof are skipped. */
function nextVersion(last: number, found: number, voided: ReadonlySet<number>): number {
  let next = last + 1;
  while (next < found && voided.has(next)) next += 1;
  return next;
}

function checkSeals(seals: readonly ProvedSeal[], keys: TrustedKeys): Refused | undefined {
  for (const [index, seal] of seals.entries()) {
    const { position, after, keyId, previous } = seal;
    if (!keys.has(keyId)) return refused('untrusted', `the seal at position ${position} is signed with key ${keyId}`);
    if (!isSealValid(keys, { ...seal, sealedAt: new Date(seal.sealedAt) }, previous))
      return refused('seal', `the seal at position ${position} does not match its signature with key ${keyId}`);
    if (after >= position || (index > 0 && seals[index - 1].position > after))
      return refused('seal', `the seal at position ${position} is in the wrong place`);
  }
  return undefined;
}

function checkEvent(
  streamId: string,
  expected: number,
  event: ProvedEvent,
  before: ProvedEvent | undefined,
  seals: readonly ProvedSeal[],
): Refused | undefined {
  const { tag, stream, version, position, previous } = provedColumns(event);
  const name = `the event at position ${position}`;
  if (tag !== CHAIN_TAG) return refused('form', `${name} was hashed in an unknown form`);
  if (stream !== streamId) return refused('stream', `${name} belongs to another order, ${stream}`);
  if (version !== expected) return refused('stream', `version ${expected} is missing: ${name} is version ${version}`);
  const last = before && provedColumns(before).position;
  if (last !== undefined && position <= last) return refused('stream', `${name} comes before position ${last}`);
  if (chainHash(event.fields) !== event.hash) return refused('event', `${name} does not match its hash`);
  if (last === position - 1 && previous !== before!.hash)
    return refused('event', `${name} does not follow from the event before it`);
  if (position === 1 && previous !== ORIGIN)
    return refused('event', `${name} is the first of the log, but has a hash before it`);
  const seal = seals.find((one) => one.position === event.seal);
  if (!seal || position <= seal.after || position > seal.position)
    return refused('event', `${name} is not covered by a seal`);
  const root = computeRoot(event.hash, position - seal.after - 1, seal.position - seal.after, event.path);
  if (root !== seal.root || (position === seal.position && event.hash !== seal.hash))
    return refused('event', `${name} does not match the seal at position ${seal.position}`);
  return undefined;
}
