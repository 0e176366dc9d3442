import { randomUUID } from 'node:crypto';
import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Databases } from '#database';
import { Leadership, type PgLeadership } from '#database/leadership';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { eventually } from '../../../../test/support/eventually';
import { Alarm, Answer, Ask } from '../testing/messages';
import { type Behaviour, Inventory, migrateTwoContexts, startTwoContexts } from '../testing/two-contexts';
import type { SagaDefinition } from './definition';
import { sagaHandler } from './handler-factory';
import { SagaJournal } from './saga-journal.store';

interface Rounds {
  readonly heard: readonly number[];
}

/** Asks for `wanted` answers, one after the other. The numbers of its requests grow by `by`. */
const rounds = (version: number, wanted: number, by: number): SagaDefinition<Rounds, Alarm | Answer> => ({
  name: 'rounds',
  version,
  initial: { heard: [] },
  react: ({ heard }, message) => {
    const { orderId, n } = message.body;
    const now = message instanceof Alarm ? heard : [...heard, n];
    const asks = now.length < wanted ? [new Ask({ orderId, n: (now.length + 1) * by })] : [];
    return { state: { heard: now }, asks, timers: [], note: `version ${version}` };
  },
  statusOf: ({ heard }) => ({
    ...{ status: heard.length < wanted ? 'running' : 'over', step: `round ${heard.length}` },
    ...{ waitingFor: null, asked: 0, attention: null },
  }),
});
const first = rounds(1, 2, 1);
const second = rounds(2, 4, 10);
const OnlyFirst = sagaHandler([Alarm, Answer], first);
const Both = sagaHandler([Alarm, Answer], second, first);
const OnlySecond = sagaHandler([Alarm, Answer], second);

let database: TestDatabase;
const apps: INestApplicationContext[] = [];

beforeAll(async () => {
  database = await testDatabase({ empty: true });
  await migrateTwoContexts(database.url);
}, 30_000);
afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));
afterAll(async () => {
  wake();
  await Promise.all(killedApps.map((app) => app.close()));
  await database.drop();
});

/** Closes what an application leaves open when its start fails. A real process would just end. */
@Injectable()
class Leftovers {
  static readonly of: Leftovers[] = [];

  constructor(
    private readonly leadership: Leadership,
    private readonly modules: ModuleRef,
  ) {
    Leftovers.of.push(this);
  }

  async clear(): Promise<void> {
    await (this.leadership as PgLeadership).stop();
    await this.modules.get(Databases, { strict: false }).onApplicationShutdown();
  }
}

/** `never` resolves only when all tests are over. */
let wake = (): void => undefined;
const never = new Promise<void>((resolve) => (wake = resolve));
const killedApps: INestApplicationContext[] = [];

/** Stops the application while it handles a message, as after kill -9: its session ends, so its claims are freed. */
async function kill({ app }: Started): Promise<void> {
  await app.get<PgLeadership>(Leadership, { strict: false }).stop();
  killedApps.push(...apps.splice(apps.indexOf(app), 1));
}

async function start(Build: typeof Both, behaviour: Partial<Behaviour> = {}) {
  const app = await startTwoContexts(database.url, behaviour, [Build, SagaJournal, Leftovers]);
  apps.push(app);
  return {
    app,
    inventory: app.get(Inventory, { strict: false }),
    journal: app.get(SagaJournal, { strict: false }),
  };
}
type Started = Awaited<ReturnType<typeof start>>;

const startSaga = async ({ inventory }: Started, orderId: string) =>
  void (await inventory.db.transaction(async () => void inventory.eventBus.publish(new Alarm({ orderId, n: 0 }))));
const storedSaga = async (orderId: string) =>
  (
    await database.admin<{ definition: number; status: string; heard: number[] }>(
      `select definition, status, state->'heard' as heard from inventory.processes where id = $1`,
      [orderId],
    )
  )[0];

describe('A saga whose definition has changed', () => {
  it('continues with the version with which it began, on a build that has both versions, after the old build died', async () => {
    const [begun, fresh] = [randomUUID(), randomUUID()];
    let blockedMessages = 0;
    const blockMessage = () => {
      blockedMessages += 1;
      return never;
    };
    const old = await start(OnlyFirst, {
      onAsk: ({ body }) => (body.orderId === begun && body.n === 2 ? blockMessage() : Promise.resolve()),
    });
    await startSaga(old, begun);
    await eventually(() => expect(blockedMessages).toBe(1), 10_000);
    expect(await storedSaga(begun)).toEqual({ definition: 1, status: 'running', heard: [1] });
    await kill(old);

    const build = await start(Both);
    await startSaga(build, fresh);
    await eventually(async () => {
      expect(await storedSaga(begun)).toEqual({ definition: 1, status: 'over', heard: [1, 2] });
      expect(await storedSaga(fresh)).toEqual({ definition: 2, status: 'over', heard: [10, 20, 30, 40] });
    }, 15_000);
    const lines = await build.journal.of(begun, 'rounds');
    expect(lines.map(({ note }) => note)).toEqual(['version 1', 'version 1', 'version 1']);
    expect(lines.map(({ takeover }) => takeover)).toEqual([false, false, true]);
    const instances = lines.map(({ instance }) => instance);
    expect(instances[2]).not.toBe(instances[0]);
  }, 60_000);

  it('prevents the start of a build that lacks its version, until the saga is over', async () => {
    const orderId = randomUUID();
    const old = await start(OnlyFirst, { onAsk: () => never });
    await startSaga(old, orderId);
    await eventually(async () => expect(await storedSaga(orderId)).toMatchObject({ status: 'running' }));
    await kill(old);

    await expect(start(OnlySecond)).rejects.toThrow(
      'Unfinished rounds sagas use versions of the definition that this build does not have (1 saga with version 1). ' +
        'It has version 2. Start a build that has the missing versions, or add them to this build until the sagas are over.',
    );
    await Leftovers.of.at(-1)!.clear();
    const both = await start(Both);
    await eventually(
      async () => expect(await storedSaga(orderId)).toMatchObject({ definition: 1, status: 'over' }),
      15_000,
    );
    await both.app.close();
    apps.splice(0);
    await expect(start(OnlySecond)).resolves.toBeDefined();
  }, 60_000);
});
