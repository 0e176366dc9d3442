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

/** An erasure is refused if the list cannot be written: a restored backup could bring the person back unnoticed. */
class ListUnavailable extends DomainError {
  constructor(cause: UnusableErasedList) {
    super('UNAVAILABLE', 'unavailable', 'The list of erased people cannot be written right now.', { seconds: 5 });
    this.cause = cause;
  }
}

const NEWLINE = 10;

/**
 * The erased people, in a file outside the database. A backup may contain keys that were destroyed later. After such a
 * backup was restored, the people in this list must be erased again. Lines are only added.
 */
export class ErasedSubjects {
  private readonly log = new Logger('Erasures');

  constructor(readonly path: string) {}

  /**
   * Each person once; undefined if there is no file. Damaged lines are left out, and the log says how many. Throws
   * UnusableErasedList if the file cannot be read.
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

  /** For an erasure that was requested: throws a DomainError if the line cannot be written to the disk. */
  async add(erased: readonly ErasedSubject[], at: Date): Promise<void> {
    try {
      await this.write(erased, at);
    } catch (error) {
      if (!(error instanceof UnusableErasedList)) throw error;
      this.log.error(error.message);
      throw new ListUnavailable(error);
    }
  }

  /** Resolves when the lines are on the disk. Throws UnusableErasedList if they cannot be written. */
  async write(erased: readonly ErasedSubject[], at: Date): Promise<void> {
    const known = new Set((await this.all())?.map(({ subject }) => subject));
    const lines = erased.filter(({ subject }) => !known.has(subject)).map((one) => `${formatErasedLine(one, at)}\n`);
    if (lines.length > 0) await this.append(lines.join(''));
  }

  /** Creates the file if it is missing. Throws UnusableErasedList if no line could be added to it. */
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
    const entry = await open(folder); // the name of a new file is on the disk only after a sync of its folder
    await entry.sync().finally(() => entry.close());
  }
}

async function endsInIncompleteLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== NEWLINE;
}
