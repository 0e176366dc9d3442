import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DomainError, NotFound, type Uuid } from '#kernel';
import { Database } from '#database';
import { needsStaff } from '../model/finding';
import { Findings, type ListedFinding } from '../model/findings.store';

export class SettleFinding extends Command<ListedFinding> {
  constructor(
    readonly id: Uuid,
    readonly note: string,
    /** The account of the person who settles the finding. */
    readonly by: Uuid,
  ) {
    super();
  }
}

/** The shop gives this money back itself, or has given it back already. */
class FindingNeedsNobody extends DomainError {
  constructor(state: string) {
    super('FINDING_NEEDS_NOBODY', 'conflict', `The shop handles this finding itself. Its state is ${state}.`, {
      state,
    });
  }
}

/** Marks a finding as settled by staff. If it was settled before, nothing changes. */
@CommandHandler(SettleFinding)
export class SettleFindingHandler implements ICommandHandler<SettleFinding> {
  constructor(
    private readonly db: Database,
    private readonly findings: Findings,
  ) {}

  execute({ id, note, by }: SettleFinding): Promise<ListedFinding> {
    return this.db.transaction(async () => {
      await this.findings.lock(id);
      const known = await this.findings.find(id);
      if (!known) throw new NotFound('finding');
      if (known.state === 'settled') return known;
      if (!needsStaff(known.state)) throw new FindingNeedsNobody(known.state);
      await this.findings.settle(id, note, by);
      return (await this.findings.find(id))!;
    });
  }
}
