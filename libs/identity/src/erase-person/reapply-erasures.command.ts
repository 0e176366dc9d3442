import { Logger } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ModulesContainer } from '@nestjs/core';
import type { Uuid } from '#kernel';
import { ErasedSubjects, remainsIn, Vault, type ErasedSubject } from '#platform/privacy';
import { Clock } from '#platform/system';
import { Erasures } from './erasures.store';
import { Forgetting } from './forgetting.adapter';

export interface Reapplied {
  /** How many people the list names. */
  readonly listed: number;
  /** The people whom a restored database had brought back. They were erased again. */
  readonly again: readonly Uuid[];
}

/**
 * Erases those people again whom a restored backup has brought back. With `everybody` it erases all people on the
 * list.
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
    private readonly forgetting: Forgetting,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  async execute({ everybody }: ReapplyErasures): Promise<Reapplied> {
    await this.complete();
    await this.list.beWritable(); // otherwise each erasure would fail, and that would show only at the first one
    const listed = (await this.list.all()) ?? [];
    const back = everybody ? listed : await this.broughtBack(listed);
    for (const { subject, kind } of back) {
      await this.forgetting.again(subject, kind);
      this.log.warn(
        `${kind} ${subject} was erased before, had come back with a restored database, and is erased again`,
      );
    }
    return { listed: listed.length, again: back.map(({ subject }) => subject) };
  }

  /** What the database knows and the list does not: the list was lost, or is an older copy. */
  private async complete(): Promise<void> {
    const known = await this.erasures.begun();
    if (known.length === 0) return;
    const listed = await this.list.all();
    const names = new Set(listed?.map(({ subject }) => subject));
    const missing = known.filter(({ subject }) => !names.has(subject));
    if (missing.length === 0) return;
    this.log.warn(
      `${this.list.path} ${listed ? `lacks ${missing.length} erasures` : 'is missing'}: they are written there from the database. ` +
        'An erasure that neither of them knows may have come back',
    );
    await this.list.write(missing, this.clock.now());
  }

  /** Running erasures are finished in the usual way. */
  private async broughtBack(listed: readonly ErasedSubject[]): Promise<ErasedSubject[]> {
    if (listed.length === 0) return [];
    const erased = await this.vault.erasedOf(listed.map(({ subject }) => subject));
    const remains = await Promise.all(remainsIn(this.modules).map((context) => context.of(listed)));
    const back = new Set(remains.flat());
    const underWay = await this.erasures.underWay();
    return listed.filter(({ subject }) => !underWay.has(subject) && (!erased.has(subject) || back.has(subject)));
  }
}
