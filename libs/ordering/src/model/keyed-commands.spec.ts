import { DomainError } from '#kernel';
import { TestIds } from '#platform/system';
import type { DatedOrder } from './dated-order';
import { bodyHash, KeyedCommands } from './keyed-commands.store';
import type { IdempotencyKey, IdempotencyKeys, StoredKey } from './idempotency-keys.store';
import type { Orders } from './orders.store';

const key = (body: object = { a: 1 }, name = 'k'): IdempotencyKey => ({
  ...{ caller: 'user:1', key: name, command: 'place-order' },
  bodyHash: bodyHash(body),
});
const view = (id: string) => ({ id }) as DatedOrder;

/** KeyedCommands with the given keys, as if another process had stored these keys before. */
function newCommands(...stored: StoredKey[]) {
  const keys = { find: async (_: string, name: string) => stored.find((one) => one.key === name) };
  const orders = { viewAfterCommand: async (orderId: string) => view(orderId) };
  return new KeyedCommands(keys as unknown as IdempotencyKeys, orders as unknown as Orders, new TestIds());
}
const storedKey = (key: IdempotencyKey): StoredKey => ({
  ...key,
  commandId: 'c',
  orderId: 'first',
  createdAt: new Date(0),
});

describe('A command with a key', () => {
  it('runs once for parallel requests, and all requests get the same answer', async () => {
    let runs = 0;
    const commands = newCommands();
    const run = async () => view(`order ${++runs}`);
    const answers = await Promise.all(Array.from({ length: 50 }, () => commands.runOnce(key(), run)));
    expect(answers.map((one) => one.view.id)).toEqual(Array(50).fill('order 1'));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  });

  it('does not run when the key is stored, but gives the first answer again', async () => {
    const run = () => Promise.reject(new Error('ran'));
    expect(await newCommands(storedKey(key())).runOnce(key(), run)).toEqual({ view: view('first'), replayed: true });
  });

  it('is refused when the key was used with another body or another command', async () => {
    const run = () => Promise.reject(new Error('ran'));
    const reused = { code: 'IDEMPOTENCY_KEY_REUSED' };
    await expect(newCommands(storedKey(key())).runOnce(key({ a: 2 }), run)).rejects.toMatchObject(reused);
    await expect(
      newCommands(storedKey({ ...key(), command: 'refund-order' })).runOnce(key(), run),
    ).rejects.toMatchObject(reused);
  });

  it('gives the answer of another process that ran it first, even if the run in this process fails', async () => {
    const stored: StoredKey[] = [];
    const commands = newCommands();
    Object.assign(commands, { keys: { find: async () => stored[0] } });
    const run = async () => {
      stored.push(storedKey(key()));
      throw new DomainError('CART_EMPTY', 'conflict', 'emptied by the other order');
    };
    expect(await commands.runOnce(key(), run)).toEqual({ view: view('first'), replayed: true });
  });

  it('runs again after a refusal', async () => {
    const commands = newCommands();
    const refuse = () => Promise.reject(new DomainError('CART_EMPTY', 'conflict', 'empty'));
    await expect(commands.runOnce(key(), refuse)).rejects.toMatchObject({ code: 'CART_EMPTY' });
    expect(await commands.runOnce(key(), async () => view('later'))).toEqual({ view: view('later'), replayed: false });
  });

  it('answers IDEMPOTENCY_IN_PROGRESS if the first request still runs after two seconds', async () => {
    const commands = newCommands();
    let finish: (done: DatedOrder) => void = () => undefined;
    const first = commands.runOnce(key(), () => new Promise((resolve) => (finish = resolve)));
    await expect(commands.runOnce(key(), async () => view('second'))).rejects.toMatchObject({
      code: 'IDEMPOTENCY_IN_PROGRESS',
    });
    finish(view('slow'));
    expect(await first).toEqual({ view: view('slow'), replayed: false });
  });

  it('finds the answer to the same request, even while it runs, but not the answer to a different request', async () => {
    const commands = newCommands();
    const stored: StoredKey[] = [];
    Object.assign(commands, { keys: { find: async () => stored[0] } });
    expect(await commands.findAnswer(key())).toBeUndefined();
    let finish: (done: DatedOrder) => void = () => undefined;
    const first = commands.runOnce(key(), () => new Promise((resolve) => (finish = resolve)));
    const asked = commands.findAnswer(key());
    await new Promise((resolve) => setTimeout(resolve, 20));
    stored.push(storedKey(key()));
    finish(view('first'));
    expect(await asked).toEqual(view('first'));
    await first;
    expect(await commands.findAnswer(key({ a: 2 }))).toBeUndefined();
    expect(await commands.findAnswer({ ...key(), command: 'refund-order' })).toBeUndefined();
  });

  it('gives two bodies the same hash if only the order of their fields differs', () => {
    expect(bodyHash({ a: 1, b: { c: 2, d: [3] } })).toBe(bodyHash({ b: { d: [3], c: 2 }, a: 1 }));
    expect(bodyHash({ a: [1, 2] })).not.toBe(bodyHash({ a: [2, 1] }));
  });
});
