import { setTimeout as pause } from 'node:timers/promises';
import type { Uuid } from '#kernel';
import { statement } from '#database';
import { Slices } from '#platform/system';
import { chainFields, ORIGIN, type StoredEvent } from '../seals/chain';
import { LogTampered, NotSealedYet } from '../streams/errors';
import type { ProvedEvent, ProvedRecord, StreamProof } from './evidence';
import { merklePaths } from '../seals/merkle';
import { checkProofInSlices } from './proof-check';
import type { Seal } from '../seals/seal-key';
import type { SealChain } from '../seals/seal-chain';
import { parseDecision, notSignedMessage, sortRecords } from '../seals/seal-records';
import { readRecordsFrom } from '../seals/seal-records.store';
import { readHashesBetween, readSealBefore, readSealsFrom } from '../seals/seals.store';
import { voidCondition } from '../sequencer/unnumbered.store';
import { canonicalColumns, leftJoinLog } from '../streams/stored';
import type { StreamDatabase } from '../streams/stream-database';
import { named } from '../streams/table-names';

const PATIENCE_MS = 2_000;
const CHECK_MS = 25;

const STREAM = statement(
  'stream-proved',
  `select l.position, encode(l.hash, 'hex') as hash, ${canonicalColumns},
     (select version from ${named.heads} where ${named.stream} = $1) as head
   from ${named.events} e ${leftJoinLog('e.id')}
   where e.${named.stream} = $1
     and not exists (select from ${named.unnumbered} u where u.event_id = e.id and l.position is null and ${voidCondition})
   order by e.version`,
);

interface StreamRow extends StoredEvent {
  readonly position: number;
  readonly hash: string;
  /**
   * The last version of the stream, according to its head. The last event must have this version; otherwise the proof
   * lacks events at the end.
   */
  readonly head: number | null;
}

/**
 * Collects the proof of a stream's events. Before it returns the proof, it checks the proof as a person outside the
 * shop would.
 */
export class Prover {
  constructor(
    private readonly db: StreamDatabase,
    private readonly chain: SealChain,
  ) {}

  async prove(streamId: Uuid, slices = new Slices()): Promise<StreamProof | undefined> {
    const rows = await this.readWhenNumbered(streamId);
    if (rows.length === 0) return undefined;
    const { version, head } = rows[rows.length - 1];
    if (version !== head)
      throw new LogTampered(`the last event of the stream should have version ${head}, but has version ${version}`);
    const last = Math.max(...rows.map(({ position }) => position));
    await this.chain.sealThrough(last);
    const { trusted } = this.chain.key;
    const events: ProvedEvent[] = [];
    const seals: StreamProof['seals'][number][] = [];
    for (let rest = rows; rest.length > 0;) {
      const [seal] = await readSealsFrom(this.db, rest[0].position, 1);
      if (!seal) throw new LogTampered(`the seal over position ${rest[0].position} is missing`);
      const covered = rest.filter(({ position }) => position <= seal.position);
      seals.push({ ...seal, sealedAt: seal.sealedAt.getTime(), previous: await this.signatureBefore(seal) });
      for (const event of await this.proveEvents(seal, covered, slices)) events.push(event);
      rest = rest.slice(covered.length);
    }
    const records = await this.readRecords();
    const proof = {
      events,
      seals,
      ...(records.length > 0 && { records }),
      keys: trusted.all.filter(({ id }) => seals.some((s) => s.keyId === id)),
    };
    await slices.pauseForOthers();
    const refusal = await checkProofInSlices(streamId, proof, trusted, slices);
    if (refusal) throw new LogTampered(refusal.message);
    return proof;
  }

  /**
   * The records about the seals, without the `adopted` records. An `adopted` record only says that the file with the
   * newest seal was missing at a start.
   */
  private async readRecords(): Promise<ProvedRecord[]> {
    const { ours, foreignNotVoid } = sortRecords(this.chain.key.trusted, await readRecordsFrom(this.db, 1));
    if (foreignNotVoid.length > 0) throw new LogTampered(notSignedMessage(foreignNotVoid[0]));
    return ours
      .map((record, index) => ({ ...record, previous: ours[index - 1]?.signature ?? '' }))
      .filter((record) => parseDecision(record).kind !== 'adopted');
  }

  /**
   * Returns the events of the stream when all of them have a position. Events that were just committed are perhaps not
   * numbered yet, so this waits for at most two seconds. A void event that cannot be numbered is left out.
   */
  private async readWhenNumbered(streamId: Uuid): Promise<StreamRow[]> {
    for (const end = performance.now() + PATIENCE_MS; ; await pause(CHECK_MS)) {
      const rows = await this.db.query<StreamRow & { position: number | null }>(STREAM, [streamId]);
      if (rows.every(({ position }) => position !== null)) return rows;
      if (performance.now() > end) throw new NotSealedYet();
    }
  }

  private async signatureBefore({ after }: Seal): Promise<string> {
    return after === 0 ? '' : ((await readSealBefore(this.db, after + 1))?.signature ?? '');
  }

  private async proveEvents(
    { after, position: end }: Seal,
    rows: readonly StreamRow[],
    slices: Slices,
  ): Promise<ProvedEvent[]> {
    const hashes = await readHashesBetween(this.db, after, end);
    const [before = ORIGIN] = await readHashesBetween(this.db, after - 1, after);
    const pathOf = merklePaths(hashes);
    return slices.map(rows, (row) => {
      const index = row.position - after - 1;
      const previous = index === 0 ? before : hashes[index - 1];
      return {
        fields: chainFields(previous, row.position, row).map(String),
        hash: row.hash,
        seal: end,
        path: pathOf(index),
      };
    });
  }
}
