import { setTimeout as pause } from 'node:timers/promises';
import type { Uuid } from '#kernel';
import { statement, type Database } from '#platform/database';
import type { Clock } from '#platform/system';
import { chainFields, ORIGIN, type StoredEvent } from './chain';
import { LogTampered, NotSealedYet } from './errors';
import type { ProvedEvent, StreamProof } from './evidence';
import { merklePath } from './merkle';
import { checkProof } from './proof-check';
import type { Seal, SealKey } from './seal-key';
import { sealThrough } from './sealing';
import { hashesBetween, sealBefore, sealsFrom } from './seals.store';
import { canonicalColumns, joinPlace } from './stored';

const PATIENCE_MS = 2_000;
const LOOK_MS = 25;

const STREAM = statement(
  'stream-proved',
  `select l.position, encode(l.hash, 'hex') as hash, ${canonicalColumns},
     (select version from order_heads where order_id = $1) as head
   from order_events e ${joinPlace('e.id')} where e.order_id = $1 order by e.version`,
);

interface Placed extends StoredEvent {
  readonly position: number;
  readonly hash: string;
  /** The stream's last version, written down beside it: a proof without the last events would look whole. */
  readonly head: number | null;
}

/** Brings together what proves a stream's events, and looks at it with a stranger's eyes before it is handed out. */
export class Prover {
  constructor(
    private readonly db: Database,
    private readonly key: SealKey,
    private readonly clock: Clock,
  ) {}

  async prove(streamId: Uuid): Promise<StreamProof | undefined> {
    const rows = await this.numbered(streamId);
    if (rows.length === 0) return undefined;
    const { version, head } = rows[rows.length - 1];
    if (version !== head) throw new LogTampered(`the stream should end at version ${head}, and ends at ${version}`);
    const last = Math.max(...rows.map(({ position }) => position));
    await sealThrough(this.db, this.key, last, () => this.clock.now());
    const events: ProvedEvent[] = [];
    const seals: StreamProof['seals'][number][] = [];
    for (let rest = rows; rest.length > 0;) {
      const [seal] = await sealsFrom(this.db, rest[0].position, 1);
      if (!seal) throw new LogTampered(`the seal over position ${rest[0].position} is missing`);
      const covered = rest.filter(({ position }) => position <= seal.position);
      seals.push({ ...seal, sealedAt: seal.sealedAt.getTime(), previous: await this.signatureBefore(seal) });
      events.push(...(await this.under(seal, covered)));
      rest = rest.slice(covered.length);
    }
    const proof = { events, seals, keys: this.key.trusted.all.filter(({ id }) => seals.some((s) => s.keyId === id)) };
    const wrong = checkProof(streamId, proof, this.key.trusted);
    if (wrong) throw new LogTampered(wrong.message);
    return proof;
  }

  /** The sequencer is given a moment for what was committed just now. */
  private async numbered(streamId: Uuid): Promise<Placed[]> {
    for (const end = performance.now() + PATIENCE_MS; ; await pause(LOOK_MS)) {
      const rows = await this.db.query<Placed & { position: number | null }>(STREAM, [streamId]);
      if (rows.every(({ position }) => position !== null)) return rows;
      if (performance.now() > end) throw new NotSealedYet();
    }
  }

  private async signatureBefore({ after }: Seal): Promise<string> {
    return after === 0 ? '' : ((await sealBefore(this.db, after + 1))?.signature ?? '');
  }

  private async under({ after, position: end }: Seal, rows: readonly Placed[]): Promise<ProvedEvent[]> {
    const hashes = await hashesBetween(this.db, after, end);
    const [before = ORIGIN] = await hashesBetween(this.db, after - 1, after);
    return rows.map((row) => {
      const index = row.position - after - 1;
      const previous = index === 0 ? before : hashes[index - 1];
      return {
        fields: chainFields(previous, row.position, row).map(String),
        hash: row.hash,
        seal: end,
        path: merklePath(hashes, index),
      };
    });
  }
}
