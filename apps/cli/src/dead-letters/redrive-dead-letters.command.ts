import { Option, SubCommand } from 'nest-commander';
import { RedriveDeadLetters, ViewDeadLetter, type Redriven } from '#messaging/dead-letters';
import { parseWholeNumber, invalidArgument } from '../arguments';
import { ShopOpener, type Shop } from '../shop-opener';
import { EXIT, print, printJson, printTable } from '../output';
import { waitForLetters } from './wait-for-letters';
import { DeadLetterFilterCommand, type DeadLetterFilter } from './dead-letter-filter';

const WAIT_SECONDS = 60;

interface RedriveOptions extends DeadLetterFilter {
  /** In seconds. True if no number was given. */
  readonly wait?: number | true;
}

@SubCommand({
  name: 'redrive',
  arguments: '[ids...]',
  description: 'try dead letters again, in order: those with these ids, or all that fit the options',
})
export class RedriveDeadLettersCommand extends DeadLetterFilterCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run(ids: string[], { json, wait, context, key, type }: RedriveOptions): Promise<void> {
    const filters = Object.values({ context, key, type }).filter((value) => value !== undefined);
    if (ids.length > 0 === filters.length > 0)
      throw invalidArgument('Give either the ids of dead letters, or at least one of --context, --key and --type.');
    const which = ids.length > 0 ? { ids } : { context, key, type };
    const { done, outcomes } = await this.opener.withShop(async (shop) => {
      const done = await shop.execute(new RedriveDeadLetters(which), ids.length > 0 ? ids : filters);
      if (ids.length > 0 && done.redriven.length === 0) await requireDeadLetter(shop, ids);
      return {
        done,
        outcomes:
          wait === undefined
            ? undefined
            : await waitForLetters(shop, done.redriven, wait === true ? WAIT_SECONDS : wait),
      };
    });
    if (json) printJson(outcomes ? { ...done, became: outcomes } : done);
    else {
      print(summary(done));
      if (outcomes && outcomes.length > 0)
        printTable(
          ['id', 'now', 'attempts', 'error'],
          outcomes.map(({ id, state, attempts, error }) => [
            ...[id, state, attempts],
            state === 'done' ? null : (error?.split('\n')[0].slice(0, 80) ?? null),
          ]),
        );
    }
    const failed = outcomes?.some(({ state }) => state !== 'done') ?? false;
    const nothingRedriven = ids.length > 0 && done.redriven.length === 0;
    if (nothingRedriven || failed) process.exitCode = EXIT.failed;
  }

  @Option({
    flags: '--wait [seconds]',
    description: `wait until each message is done or a dead letter again, ${WAIT_SECONDS} s by default, and print its state`,
  })
  parseWait(text: string): number {
    return parseWholeNumber('--wait', text, 1);
  }
}

/** Throws if none of the ids is the id of a dead letter. */
async function requireDeadLetter(shop: Shop, ids: readonly string[]): Promise<void> {
  const found = await Promise.allSettled(ids.map((id) => shop.query(new ViewDeadLetter(id))));
  const missing = found.find((one) => one.status === 'rejected');
  if (missing && found.every((one) => one.status === 'rejected')) throw missing.reason;
}

const summary = ({ redriven, more }: Redriven): string =>
  redriven.length === 0
    ? 'there is no dead letter to try again'
    : `${redriven.length} dead letters are tried again${more ? '; there may be more, so run the command again' : ''}`;
