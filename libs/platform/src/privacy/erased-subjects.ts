import { constants } from 'node:fs';
import { mkdir, open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Logger } from '@nestjs/common';
import { DomainError } from '#kernel';
import { formatErasedLine, parseErasedLine, type ErasedSubject } from './erased-line';

/** The list of erased people cannot be used. The message names the file, and says what to do. */
export class UnusableErasedList extends Error {
  constructor(path: string, wanted: 'read' | 'written', cause: unknown) {
    super(
      `The list of erased people ${path} cannot be ${wanted} (${(cause as Error).message}): ` +
        'let the shop’s user read and write this file and its folder, or set ERASED_SUBJECTS_FILE to the path of the list',
      { cause },
    );
    this.name = 'UnusableErasedList';
  }
}

/**
 * If the list cannot be written, an erasure is refused. Otherwise a restored backup could bring back the data of the
 * person, and nobody would notice.
 */
class ListUnavailable extends DomainError {
  constructor(cause: UnusableErasedList) {
    super('UNAVAILABLE', 'unavailable', 'The list of erased people cannot be written right now.', { seconds: 5 });
    this.cause = cause;
  }
}

const NEWLINE = 10;

/**
 * The erased people, in a file outside the database. A backup can contain keys that were destroyed after the backup.
 * When such a backup was restored, the people in this list must be erased again. Lines are only added, never removed.
 */
export class ErasedSubjects {
  private readonly log = new Logger('Erasures');

  constructor(readonly path: string) {}

  /**
   * Returns each person once; undefined if there is no file. Damaged lines are left out, and their number is logged.
   * Throws UnusableErasedList if the file cannot be read.
   */
  async all(): Promise<ErasedSubject[] | undefined> {
    const text = await readFile(this.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new UnusableErasedList(this.path, 'read', error);
    });
    if (text === undefined) return undefined;
    const lines = text.split('\n').filter(Boolean).map(parseErasedLine);
    const read = lines.filter((line) => line !== undefined);
    if (read.length < lines.length) this.log.warn(`${this.path} has ${lines.length - read.length} damaged lines`);
    return [...new Map(read.map((one) => [one.subject, one])).values()];
  }

  /**
   * Like `write`, for an erasure that a client requested. Throws a DomainError if the lines cannot be written to the
   * disk.
   */
  async add(erased: readonly ErasedSubject[], at: Date): Promise<void> {
    try {
      await this.write(erased, at);
    } catch (error) {
      if (!(error instanceof UnusableErasedList)) throw error;
      this.log.error(error.message);
      throw new ListUnavailable(error);
    }
  }

  /** Resolves when the lines of all new people are on the disk. Throws UnusableErasedList if they cannot be written. */
  async write(erased: readonly ErasedSubject[], at: Date): Promise<void> {
    const known = new Set((await this.all())?.map(({ subject }) => subject));
    const lines = erased.filter(({ subject }) => !known.has(subject)).map((one) => `${formatErasedLine(one, at)}\n`);
    if (lines.length > 0) await this.append(lines.join(''));
  }

  /** Creates the file if it is missing. Throws UnusableErasedList if the file cannot be written. */
  async expectWritable(): Promise<void> {
    await this.append('');
  }

  private async append(lines: string): Promise<void> {
    await this.appendOnDisk(lines).catch((error: unknown) => {
      throw new UnusableErasedList(this.path, 'written', error);
    });
  }

  private async appendOnDisk(lines: string): Promise<void> {
    const folder = dirname(this.path);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await open(this.path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600);
    try {
      if (lines) await file.write(`${(await endsInIncompleteLine(file)) ? '\n' : ''}${lines}`);
      await file.sync();
    } finally {
      await file.close();
    }
    const entry = await open(folder); // only a sync of the folder writes the name of a new file to the disk
    await entry.sync().finally(() => entry.close());
  }
}

async function endsInIncompleteLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== NEWLINE;
}
