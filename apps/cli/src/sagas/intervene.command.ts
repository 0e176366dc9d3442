import { Option, SubCommand } from 'nest-commander';
import type { Command } from '@nestjs/cqrs';
import type { ListedSaga } from '#messaging/sagas';
import { showSaga } from '#ordering/sagas/show-saga';
import { CompensateSaga, RetrySaga, type MoneyOutcome, type SagaIntervention } from '#ordering/sagas/intervene.command';
import { parseLine, invalidArgument } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener, operatorName } from '../shop-opener';
import { print, printJson } from '../output';

const MONEY_OUTCOMES: readonly MoneyOutcome[] = ['given-back', 'never-taken', 'unknown'];

interface SagaStepOptions extends JsonOption {
  readonly reason?: string;
  readonly money?: MoneyOutcome;
}

abstract class ChangeSagaCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  protected abstract readonly done: string;
  protected abstract readonly commandFor: (
    id: string,
    intervention: SagaIntervention,
    money?: MoneyOutcome,
  ) => Command<ListedSaga>;

  async run([id]: string[], { json, reason, money }: SagaStepOptions): Promise<void> {
    const intervention: SagaIntervention = { actor: { kind: 'staff' }, by: operatorName(), reason: reason ?? null };
    const saga = showSaga(
      await this.opener.withShop((shop) =>
        shop.execute(this.commandFor(id, intervention, money), [id], intervention.reason),
      ),
    );
    if (json) printJson(saga);
    else print(`${saga.id} ${this.done}; its step was ${saga.step}`);
  }

  @Option({ flags: '--reason <text>', description: "the reason; do not write people's names in it" })
  parseReason(text: string): string {
    return parseLine('--reason', text);
  }
}

@SubCommand({
  name: 'retry',
  arguments: '<id>',
  description: "send the saga's unanswered request again, with the same idempotency keys",
})
export class RetrySagaCommand extends ChangeSagaCommand {
  protected readonly done = 'has sent its request again';

  constructor(opener: ShopOpener) {
    super(opener);
  }

  protected commandFor = (id: string, intervention: SagaIntervention) => new RetrySaga(id, intervention);
}

@SubCommand({ name: 'compensate', arguments: '<id>', description: 'undo a checkout from its current step' })
export class CompensateSagaCommand extends ChangeSagaCommand {
  protected readonly done = 'is being undone';

  constructor(opener: ShopOpener) {
    super(opener);
  }

  protected commandFor = (id: string, intervention: SagaIntervention, money?: MoneyOutcome) =>
    new CompensateSaga(id, intervention, money);

  @Option({ flags: '--money <found>', description: `what happened to the money: ${MONEY_OUTCOMES.join(', ')}` })
  parseMoney(text: string): MoneyOutcome {
    const found = MONEY_OUTCOMES.find((one) => one === text);
    if (!found) throw invalidArgument(`--money must be one of ${MONEY_OUTCOMES.join(', ')}.`);
    return found;
  }
}
