import { PassThrough } from 'node:stream';
import { BodyReader, BodyOverLimit } from './body-reader';
import type { BodyLimits } from './body-limits';

const limits: BodyLimits = { bytes: 20, keys: 2, values: 4, depth: 2 };

const coming = (...chunks: string[]) => {
  const body = new PassThrough();
  for (const chunk of chunks) body.write(chunk);
  return body;
};

describe('A body', () => {
  it('is read whole, and no byte of it is in flight afterwards', async () => {
    const reader = new BodyReader();
    const body = coming('[1,', '2]');
    const read = reader.read(body, 5, limits);
    await new Promise((done) => setImmediate(done));
    expect(reader.inFlight).toBe(5);
    body.end();
    expect((await read).toString()).toBe('[1,2]');
    expect(reader.inFlight).toBe(0);
  });

  it('that says it is too large is not read at all', async () => {
    const body = coming('[');
    await expect(new BodyReader().read(body, 21, limits)).rejects.toMatchObject({ status: 413 });
    expect(body.listenerCount('data')).toBe(0);
  });

  it('that is too large without saying so is read no further', async () => {
    const reader = new BodyReader();
    await expect(reader.read(coming('"'.padEnd(21)), undefined, limits)).rejects.toMatchObject({ status: 413 });
    expect(reader.inFlight).toBe(0);
  });

  it.each([
    ['[[[', 'deep'],
    ['[1,2,3,4,5', 'many'],
    ['{"a":1,"b":2,"c":3', 'names'],
  ])('that holds too much is refused before it is there: %s', async (text, excess) => {
    const fault = await new BodyReader().read(coming(text), undefined, limits).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(BodyOverLimit);
    expect(fault).toMatchObject({ excess, limits });
  });

  it('is not waited for when nothing more comes', async () => {
    const reader = new BodyReader(1_000, 20);
    await expect(reader.read(coming('[1,'), 5, limits)).rejects.toMatchObject({ status: 408 });
    expect(reader.inFlight).toBe(0);
  });

  it('is waited for when the shop was held up itself', async () => {
    let isBlocked = true;
    const reader = new BodyReader(1_000, 20, { wasBlockedWithin: () => isBlocked });
    const first = coming('[1,');
    const reading = reader.read(first, 5, limits);
    await new Promise((done) => setTimeout(done, 100));
    first.end('2]');
    expect((await reading).toString()).toBe('[1,2]');
    isBlocked = false;
    await expect(reader.read(coming('[1,'), 5, limits)).rejects.toMatchObject({ status: 408 });
  });

  it('is refused while too much of others has not arrived whole', async () => {
    const reader = new BodyReader(6);
    const first = coming('[1,');
    const waiting = reader.read(first, 5, limits);
    await expect(reader.read(coming('[1,2'), 5, limits)).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect((await reader.read(coming('[1,2]').end(), 5, limits)).toString()).toBe('[1,2]'); // here in one piece
    first.end('2]');
    expect((await waiting).toString()).toBe('[1,2]');
    expect(reader.inFlight).toBe(0);
  });

  it('that is cut off, or shorter than it said, is no body', async () => {
    const reader = new BodyReader();
    const cut = coming('[1,');
    const reading = reader.read(cut, 5, limits);
    cut.destroy();
    await expect(reading).rejects.toMatchObject({ status: 400 });
    await expect(reader.read(coming('[1]').end(), 5, limits)).rejects.toMatchObject({ status: 400 });
    expect(reader.inFlight).toBe(0);
  });
});
