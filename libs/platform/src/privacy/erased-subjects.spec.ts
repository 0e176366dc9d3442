import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { SystemIds } from '#platform/system';
import { ErasedSubjects, type ErasedSubject } from '.';

const ids = new SystemIds();
const at = new Date('2026-11-28T10:00:00.000Z');
let folder: string;
let path: string;
let list: ErasedSubjects;

beforeAll(() => Logger.overrideLogger(false));
afterAll(() => Logger.overrideLogger(['log', 'error', 'warn']));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shop-erased-'));
  path = join(folder, 'below', 'erased-subjects');
  list = new ErasedSubjects(path);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const customer = (): ErasedSubject => ({ subject: ids.next(), kind: 'customer' });
const guest = (): ErasedSubject => ({ subject: ids.next(), kind: 'guest' });

describe('The list of erased people', () => {
  it('has no file until somebody is erased', async () => {
    expect(await list.all()).toBeUndefined();
  });

  it('contains each person once, in the order of erasure, and only its owner can read it', async () => {
    const [hoa, lan] = [customer(), guest()];
    await list.add([hoa], at);
    await list.add([hoa, lan], at);
    expect(await new ErasedSubjects(path).all()).toEqual([hoa, lan]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toMatch(
      /^v1 2026-11-28T10:00:00.000Z customer [\w-]{36} [\da-f]{16}\nv1 \S+ guest [\w-]{36} [\da-f]{16}\n$/,
    );
  });

  it('ignores an incomplete line, and writes the next entry on a new line', async () => {
    const [hoa, lan, mai] = [customer(), customer(), customer()];
    await list.add([hoa, lan], at);
    truncateSync(path, statSync(path).size - 20);
    expect(await list.all()).toEqual([hoa]);
    await list.add([lan, mai], at);
    expect(await list.all()).toEqual([hoa, lan, mai]);
  });

  it('ignores a line that was changed', async () => {
    const [hoa, lan] = [customer(), customer()];
    await list.add([hoa, lan], at);
    writeFileSync(path, readFileSync(path, 'utf8').replace(hoa.subject, ids.next()));
    appendFileSync(path, 'anything\n');
    expect(await list.all()).toEqual([lan]);
  });

  it('throws UNAVAILABLE if the file cannot be written', async () => {
    const blocked = join(folder, 'a file');
    writeFileSync(blocked, '');
    chmodSync(blocked, 0o400);
    await expect(new ErasedSubjects(join(blocked, 'list')).add([customer()], at)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The list of erased people cannot be written right now.',
    });
  });

  it('has errors that name the file and say what to do', async () => {
    const unreadable = new ErasedSubjects(folder);
    await expect(unreadable.all()).rejects.toThrow(
      new RegExp(`^The list of erased people ${folder} cannot be read \\(EISDIR.*\\): .*ERASED_SUBJECTS_FILE`),
    );
    symlinkSync('/proc/nowhere/list', join(folder, 'dangling'));
    const unwritable = new ErasedSubjects(join(folder, 'dangling'));
    const sentence =
      /^The list of erased people .*dangling cannot be written \(ENOENT.*\): let the shop’s user read and write/;
    await expect(unwritable.write([customer()], at)).rejects.toThrow(sentence);
    await expect(unwritable.expectWritable()).rejects.toThrow(sentence);
  });

  it('is created by `expectWritable` if it is missing, and is not changed if it exists', async () => {
    await list.expectWritable();
    expect([await list.all(), statSync(path).mode & 0o777]).toEqual([[], 0o600]);
    const hoa = customer();
    await list.add([hoa], at);
    const before = readFileSync(path, 'utf8');
    await list.expectWritable();
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});
