import { isOurs } from '../macs/event-mac';
import { readFirstFormat } from '../macs/event-macs.store';
import { isFormatSigned } from '../macs/first-format';
import { readLogEnd } from '../sequencer/pending';
import { readNumbered } from '../streams/numbered-events.store';
import type { Seal } from './seal-key';
import { readLastSeal, readSealsFrom } from './seals.store';
import type { SealChain } from './seal-chain';

/**
 * How many of the newest events are checked. If one MAC is wrong, perhaps somebody changed the event. If all MACs are
 * wrong, the key is wrong.
 */
const EVENTS_CHECKED = 20;

/**
 * Stops the start of a shop in production. With a wrong key the shop would regard its own events as forged.
 */
export class WrongKey extends Error {
  constructor(setting: string, former: string, what: string) {
    super(
      `${setting} is not the key that the shop used before: ${what} was signed with another key. Set the former key ` +
        `again, or add it to ${former}. If there was no other key, somebody has changed the database: verify the log`,
    );
    this.name = 'WrongKey';
  }
}

/**
 * Throws WrongKey if the newest seal, or all of the newest MACs, were made with unknown keys. Present and former keys
 * are known.
 */
export async function expectKnownKeys(chain: SealChain): Promise<void> {
  const seal = await findNewestSeal(chain);
  if (seal && !chain.key.trusted.has(seal.keyId))
    throw new WrongKey('SEAL_SIGNING_KEY', 'SEAL_FORMER_KEYS', `the seal at position ${seal.position}`);
  await expectMacKey(chain);
}

/**
 * Returns the remembered seal if the database contains it; otherwise the last stored seal. Seals after the remembered
 * seal do not count, because anybody with write access to the database can store them.
 */
async function findNewestSeal({ db, anchor }: SealChain): Promise<Seal | undefined> {
  const known = await anchor.newest();
  if (known && known.position > 0) {
    const [seal] = await readSealsFrom(db, known.position, 1);
    if (seal?.position === known.position && seal.signature === known.signature) return seal;
  }
  return readLastSeal(db);
}

async function expectMacKey({ db, gate: { key } }: SealChain): Promise<void> {
  const wrongKey = (what: string) => new WrongKey('EVENT_MAC_KEY', 'EVENT_FORMER_KEYS', what);
  const head = (await readLogEnd(db))?.position ?? 0;
  const newest = await readNumbered(db, Math.max(0, head - EVENTS_CHECKED), head);
  const eventsWithMac = newest.filter(({ id, mac }) => id !== null && mac !== null);
  if (eventsWithMac.length > 0 && !eventsWithMac.some((event) => isOurs(key, event, event.mac!)))
    throw wrongKey(`the event at position ${eventsWithMac.at(-1)!.position}`);
  const format = await readFirstFormat(db);
  if (eventsWithMac.length === 0 && format && format.mac !== null && !isFormatSigned(key, format))
    throw wrongKey('the stored position up to which events have no MAC');
}
