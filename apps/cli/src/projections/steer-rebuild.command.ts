import { Injectable } from '@nestjs/common';
import { SubCommand } from 'nest-commander';
import { SteerRebuild, type RebuildStep } from '#ordering/projections/rebuild.command';
import { ViewRebuild } from '#ordering/projections/projections.query';
import { parseRebuildId } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { followRebuild } from './follow-rebuild';
import { printRebuild } from './rebuild-projection.command';

/** Subclasses must not have a constructor, because they inherit this constructor with its injected parameters. */
@Injectable()
abstract class SteerCommand extends JsonCommand {
  protected abstract readonly step: RebuildStep | undefined;
  /** Whether the command waits until the rebuild has ended or waits for the operator. */
  protected readonly follows: boolean = false;

  constructor(protected readonly opener: ShopOpener) {
    super();
  }

  async run([name, text]: string[], { json = false }: JsonOption): Promise<void> {
    const id = parseRebuildId(text);
    const { step, follows } = this;
    const rebuild = await this.opener.withShop(async (shop) => {
      const now = await (step
        ? shop.execute(new SteerRebuild(name, id, step), [name, id])
        : shop.query(new ViewRebuild(name, id)));
      return follows ? followRebuild(shop, now, json) : now;
    });
    printRebuild(rebuild, json);
    if (rebuild.state === 'cancelled' && step === 'cancel') process.exitCode = 0;
  }
}

const arguments_ = '<name> <rebuild>';

@SubCommand({ name: 'status', arguments: arguments_, description: 'the progress of a rebuild' })
export class RebuildStatusCommand extends SteerCommand {
  protected readonly step = undefined;
}

@SubCommand({
  name: 'follow',
  arguments: arguments_,
  description: 'show a progress bar until the rebuild has ended or waits for an operator',
})
export class FollowRebuildCommand extends SteerCommand {
  protected readonly step = undefined;
  protected override readonly follows = true;
}

@SubCommand({ name: 'pause', arguments: arguments_, description: 'pause a rebuild' })
export class PauseRebuildCommand extends SteerCommand {
  protected readonly step = 'pause';
}

@SubCommand({ name: 'resume', arguments: arguments_, description: 'continue a paused rebuild' })
export class ResumeRebuildCommand extends SteerCommand {
  protected readonly step = 'resume';
  protected override readonly follows = true;
}

@SubCommand({ name: 'cancel', arguments: arguments_, description: 'cancel a rebuild that is not live yet' })
export class CancelRebuildCommand extends SteerCommand {
  protected readonly step = 'cancel';
}

@SubCommand({ name: 'go-live', arguments: arguments_, description: 'switch readers to the rebuilt table' })
export class GoLiveCommand extends SteerCommand {
  protected readonly step = 'go-live';
}

@SubCommand({ name: 'rollback', arguments: arguments_, description: 'go back to the table that was live before' })
export class RollBackCommand extends SteerCommand {
  protected readonly step = 'rollback';
  protected override readonly follows = true;
}

export const steerCommands = [
  ...[RebuildStatusCommand, FollowRebuildCommand, PauseRebuildCommand, ResumeRebuildCommand],
  ...[CancelRebuildCommand, GoLiveCommand, RollBackCommand],
];
