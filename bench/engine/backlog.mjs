// Measures the statements of the queue while VACUUM cannot remove handled messages, and while many messages of one key
// wait.
import { percentile } from '../shop.mjs';
import { LANE, messages, openQueue } from './queue.mjs';
import { worker } from './stores.mjs';

const LEVELS = (process.env.BENCH_HANDLED ?? '0,10000,60000,100000,500000').split(',').map(Number);
const FOLLOWERS = Number(process.env.BENCH_FOLLOWERS ?? 20_000);
const TURNS = 40;
const MOST_CLAIMS = 1_000;

const LANES = [LANE, 'idle-one', 'idle-two', 'idle-three'];

async function p50(work, turns = TURNS) {
  const took = [];
  for (let turn = 0; turn < turns; turn++) {
    const at = performance.now();
    await work();
    took.push(performance.now() - at);
  }
  return percentile(took, 50);
}

/**
 * Milliseconds until a new message with a key of its own is claimed. Before it, claims may find only other messages.
 */
async function claimOne(queue, mine) {
  const took = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const [one] = messages(1);
    await queue.receive([one]);
    const at = performance.now();
    const rows = await claimUntil(mine, one.key);
    took.push(performance.now() - at);
    await mine.settle(rows);
  }
  return percentile(took, 50);
}

async function claimUntil(mine, wanted) {
  for (let claims = 0; claims < MOST_CLAIMS; claims++) {
    const rows = await mine.claim();
    if (rows.some(({ key }) => key === wanted)) return rows;
  }
  throw new Error(`the message was not found in ${MOST_CLAIMS} claims`);
}

async function measure(queue, mine) {
  await mine.catchUp();
  return [
    await p50(mine.claim),
    await claimOne(queue, mine),
    await p50(mine.regularCheck),
    await p50(mine.figures, 5),
    await p50(mine.relayRead),
    await p50(mine.relayAge, 5),
  ].map((value) => value.toFixed(2));
}

const columns = [
  'claim without a message',
  'claim of one message',
  'regular check',
  'inbox metrics',
  'read of the relay',
  'age of the outbox',
];

export async function withSnapshot() {
  const queue = await openQueue();
  try {
    await queue.leaveHandled(2_000);
    await queue.vacuum();
    const release = await queue.holdSnapshot();
    const mine = await worker(queue.db, 1, LANES);
    const rows = [];
    let handled = 0;
    for (const level of LEVELS) {
      await queue.leaveHandled(level - handled);
      handled = level;
      rows.push([level, ...(await measure(queue, mine))]);
    }
    await release();
    return {
      title: 'Engine: messages handled since another transaction opened its snapshot; p50 in milliseconds',
      head: ['messages handled', ...columns],
      rows,
    };
  } finally {
    await queue.close();
  }
}

export async function withHotKey() {
  const queue = await openQueue();
  try {
    const mine = await worker(queue.db, 1, LANES);
    const other = await worker(queue.db, 2, LANES, { leads: false });
    const rows = [['0, no load', ...(await measure(queue, mine))]];
    for (let left = FOLLOWERS; left > 0; left -= 1_000) await queue.receive(messages(Math.min(1_000, left), () => 'hot')); // prettier-ignore
    await queue.vacuum();
    const held = await other.claim();
    rows.push([`${FOLLOWERS}, the first of them is claimed`, ...(await measure(queue, mine))]);
    await other.postpone(held[0], held.slice(1));
    rows.push([`${FOLLOWERS}, the first of them waits for a retry`, ...(await measure(queue, mine))]);
    return {
      title:
        'Engine: how long statements take while many messages wait behind one message with the same key; p50 in milliseconds',
      head: ['messages that wait', ...columns],
      rows,
    };
  } finally {
    await queue.close();
  }
}
