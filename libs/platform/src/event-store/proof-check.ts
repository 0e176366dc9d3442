import { CHAIN_TAG, chainHash, ORIGIN } from './chain';
import type { ProvedEvent, ProvedSeal, StreamProof } from './evidence';
import { rootFrom } from './merkle';
import { sealHolds } from './seal-key';
import type { TrustedKeys } from './trusted-keys';

/** Why a proof is refused. */
export type Refusal =
  | 'form' // not what a proof looks like, to the byte
  | 'untrusted' // signed, but by a key that nobody here trusts
  | 'seal' // a seal is not as it was signed
  | 'event' // an event is not as it was hashed, or not under its seal
  | 'stream' // events are missing, of another stream or out of order
  | 'story' // what is told beside the events does not fit them
  | 'signature'; // the whole is not as it was signed

export interface Refused {
  readonly refusal: Refusal;
  readonly message: string;
}

export const refused = (refusal: Refusal, message: string): Refused => ({ refusal, message });

/** A column of what was hashed, by its name. */
export const provedColumns = ({ fields }: ProvedEvent) => {
  const [tag, previous, position, id, stream, version, type, schemaVersion, data, metadata, micros] = fields;
  const numbers = { position: Number(position), version: Number(version), schemaVersion: Number(schemaVersion) };
  return { tag, previous, id, stream, type, data, metadata, micros, ...numbers };
};

/** Undefined: every event is as it was written and under a seal of a trusted key, and none is missing before the last. */
export function checkProof(streamId: string, { events, seals }: StreamProof, keys: TrustedKeys): Refused | undefined {
  const wrong = sealsAreWrong(seals, keys);
  if (wrong) return wrong;
  if (events.length === 0) return refused('stream', 'there are no events');
  for (const [index, event] of events.entries()) {
    const why = eventIsWrong(streamId, index, event, events[index - 1], seals);
    if (why) return why;
  }
  const idle = seals.find(({ position }) => !events.some(({ seal }) => seal === position));
  return idle && refused('seal', `the seal at position ${idle.position} covers none of the events`);
}

function sealsAreWrong(seals: readonly ProvedSeal[], keys: TrustedKeys): Refused | undefined {
  for (const [index, seal] of seals.entries()) {
    const { position, after, keyId, previous } = seal;
    if (!keys.has(keyId)) return refused('untrusted', `the seal at position ${position} is signed with key ${keyId}`);
    if (!sealHolds(keys, { ...seal, sealedAt: new Date(seal.sealedAt) }, previous))
      return refused('seal', `the seal at position ${position} is not what key ${keyId} signed`);
    if (after >= position || (index > 0 && seals[index - 1].position > after))
      return refused('seal', `the seal at position ${position} is out of place`);
  }
  return undefined;
}

function eventIsWrong(
  streamId: string,
  index: number,
  event: ProvedEvent,
  before: ProvedEvent | undefined,
  seals: readonly ProvedSeal[],
): Refused | undefined {
  const { tag, stream, version, position, previous } = provedColumns(event);
  const name = `the event at position ${position}`;
  if (tag !== CHAIN_TAG) return refused('form', `${name} was hashed in an unknown form`);
  if (stream !== streamId) return refused('stream', `${name} is of another order, ${stream}`);
  if (version !== index + 1) return refused('stream', `version ${index + 1} is missing: ${name} is version ${version}`);
  const last = before && provedColumns(before).position;
  if (last !== undefined && position <= last) return refused('stream', `${name} comes before position ${last}`);
  if (chainHash(event.fields) !== event.hash) return refused('event', `${name} is not what its hash says`);
  if (last === position - 1 && previous !== before!.hash)
    return refused('event', `${name} does not follow on the one before`);
  if (position === 1 && previous !== ORIGIN) return refused('event', `${name} is the first, and follows on something`);
  const seal = seals.find((one) => one.position === event.seal);
  if (!seal || position <= seal.after || position > seal.position) return refused('event', `${name} is under no seal`);
  const root = rootFrom(event.hash, position - seal.after - 1, seal.position - seal.after, event.path);
  if (root !== seal.root || (position === seal.position && event.hash !== seal.hash))
    return refused('event', `${name} is not what was sealed at position ${seal.position}`);
  return undefined;
}
