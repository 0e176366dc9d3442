import { Logger } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ModulesContainer } from '@nestjs/core';
import type { Uuid } from '#kernel';
import { ErasedSubjects, unerasedDataIn, Vault, type ErasedSubject } from '#platform/privacy';
import { Clock } from '#platform/system';
import { Erasures } from './erasures.store';
import { PersonEraser } from './person-eraser.adapter';

export interface Reapplied {
  /** How many people are on the list outside the database. */
  readonly listed: number;
  /** The people who were erased again. */
  readonly again: readonly Uuid[];
}

/**
 * Erases people again if a restored backup contains their data. With `everybody`, erases all people on the list again.
 */
export class ReapplyErasures extends Command<Reapplied> {
  constructor(readonly everybody = false) {
    super();
  }
}

@CommandHandler(ReapplyErasures)
export class ReapplyErasuresHandler implements ICommandHandler<ReapplyErasures> {
  private readonly log = new Logger('Erasures');

  constructor(
    private readonly modules: ModulesContainer,
    private readonly list: ErasedSubjects,
    private readonly erasures: Erasures,
    private readonly eraser: PersonEraser,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  async execute({ everybody }: ReapplyErasures): Promise<Reapplied> {
    await this.completeList();
    await this.list.expectWritable(); // if the list cannot be written, fail now and not at the first erasure
    const listed = (await this.list.all()) ?? [];
    const restored = everybody ? listed : await this.findRestored(listed);
    for (const { subject, kind } of restored) {
      await this.eraser.eraseAgain(subject, kind);
      this.log.warn(`${kind} ${subject} was erased before, and is erased again because a database was restored`);
    }
    return { listed: listed.length, again: restored.map(({ subject }) => subject) };
  }

  /** Adds erasures that are only in the database to the list. Perhaps the list was lost, or is an older copy. */
  private async completeList(): Promise<void> {
    const known = await this.erasures.listBegun();
    if (known.length === 0) return;
    const listed = await this.list.all();
    const listedSubjects = new Set(listed?.map(({ subject }) => subject));
    const missing = known.filter(({ subject }) => !listedSubjects.has(subject));
    if (missing.length === 0) return;
    this.log.warn(
      `${listed ? `${missing.length} erasures are missing in ${this.list.path}` : `The file ${this.list.path} is missing`}. ` +
        'The missing erasures are copied there from the database. If an erasure is missing in both, the data of that person may have come back',
    );
    await this.list.write(missing, this.clock.now());
  }

  /** The listed people who have a key or data again. Erasures that are still running are left out. */
  private async findRestored(listed: readonly ErasedSubject[]): Promise<ErasedSubject[]> {
    if (listed.length === 0) return [];
    const erased = await this.vault.erasedOf(listed.map(({ subject }) => subject));
    const remains = await Promise.all(unerasedDataIn(this.modules).map((context) => context.of(listed)));
    const withData = new Set(remains.flat());
    const underWay = await this.erasures.subjectsUnderWay();
    return listed.filter(({ subject }) => !underWay.has(subject) && (!erased.has(subject) || withData.has(subject)));
  }
}
