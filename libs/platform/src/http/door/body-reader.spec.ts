import { PassThrough } from 'node:stream';
import { BodyReader, BodyOverLimit } from './body-reader';
import type { BodyLimits } from './body-limits';

const limits: BodyLimits = { bytes: 20, keys: 2, values: 4, depth: 2 };

const arriving = (...chunks: string[]) => {
  const body = new PassThrough();
  for (const chunk of chunks) body.write(chunk);
  return body;
};

describe('A body', () => {
  it('is read completely, and is counted in `inFlight` only while it is read', async () => {
    const reader = new BodyReader();
    const body = arriving('[1,', '2]');
    const read = reader.read(body, 5, limits);
    await new Promise((done) => setImmediate(done));
    expect(reader.inFlight).toBe(5);
    body.end();
    expect((await read).toString()).toBe('[1,2]');
    expect(reader.inFlight).toBe(0);
  });

  it('that is too large by its Content-Length is not read at all', async () => {
    const body = arriving('[');
    await expect(new BodyReader().read(body, 21, limits)).rejects.toMatchObject({ status: 413 });
    expect(body.listenerCount('data')).toBe(0);
  });

  it('that is too large and has no Content-Length is not read to its end', async () => {
    const reader = new BodyReader();
    await expect(reader.read(arriving('"'.padEnd(21)), undefined, limits)).rejects.toMatchObject({ status: 413 });
    expect(reader.inFlight).toBe(0);
  });

  it.each([
    ['[[[', 'deep'],
    ['[1,2,3,4,5', 'many'],
    ['{"a":1,"b":2,"c":3', 'names'],
  ])('that exceeds a limit is refused before all of it has arrived: %s', async (text, excess) => {
    const fault = await new BodyReader().read(arriving(text), undefined, limits).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(BodyOverLimit);
    expect(fault).toMatchObject({ excess, limits });
  });

  it('is refused if its sender stops sending', async () => {
    const reader = new BodyReader(1_000, 20);
    await expect(reader.read(arriving('[1,'), 5, limits)).rejects.toMatchObject({ status: 408 });
    expect(reader.inFlight).toBe(0);
  });

  it('gets more time to arrive if this process was blocked', async () => {
    let isBlocked = true;
    const reader = new BodyReader(1_000, 20, { wasBlockedWithin: () => isBlocked });
    const first = arriving('[1,');
    const reading = reader.read(first, 5, limits);
    await new Promise((done) => setTimeout(done, 100));
    first.end('2]');
    expect((await reading).toString()).toBe('[1,2]');
    isBlocked = false;
    await expect(reader.read(arriving('[1,'), 5, limits)).rejects.toMatchObject({ status: 408 });
  });

  it('is refused while the unfinished bodies of other requests take too much memory', async () => {
    const reader = new BodyReader(6);
    const first = arriving('[1,');
    const waiting = reader.read(first, 5, limits);
    await expect(reader.read(arriving('[1,2'), 5, limits)).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect((await reader.read(arriving('[1,2]').end(), 5, limits)).toString()).toBe('[1,2]'); // a complete body in one chunk
    first.end('2]');
    expect((await waiting).toString()).toBe('[1,2]');
    expect(reader.inFlight).toBe(0);
  });

  it('is refused if it is cut off, or shorter than its Content-Length', async () => {
    const reader = new BodyReader();
    const cut = arriving('[1,');
    const reading = reader.read(cut, 5, limits);
    cut.destroy();
    await expect(reading).rejects.toMatchObject({ status: 400 });
    await expect(reader.read(arriving('[1]').end(), 5, limits)).rejects.toMatchObject({ status: 400 });
    expect(reader.inFlight).toBe(0);
  });
});
