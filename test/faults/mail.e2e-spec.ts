import { SMTPServer } from 'smtp-server';
import { eventually } from '../support/eventually';
import { ADMIN, logIn, mailsTo, register, listDrink } from '../support/people';
import { startShop, type RunningShop } from '../support/start-shop';
import { testDatabase, type TestDatabase } from '../support/test-database';
import { recordResult } from './support/matrix';

const received: string[] = [];

function mailServer(): SMTPServer {
  return new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, accepted) {
      let mail = '';
      stream.on('data', (chunk: Buffer) => (mail += chunk.toString()));
      stream.on('end', () => {
        received.push(mail);
        accepted();
      });
    },
  });
}

const listenOn = (server: SMTPServer, port: number) =>
  new Promise<number>((up) => {
    const listener = server.listen(port, '127.0.0.1', () => up((listener.address() as { port: number }).port));
  });
const closeServer = (server: SMTPServer) => new Promise<void>((down) => server.close(() => down()));

describe('Letters by mail', () => {
  let database: TestDatabase;
  let shop: RunningShop;
  let port: number;

  beforeAll(async () => {
    const probe = mailServer();
    port = await listenOn(probe, 0);
    await closeServer(probe);
    database = await testDatabase();
    shop = await startShop({ env: { DATABASE_URL: database.url, SMTP_URL: `smtp://127.0.0.1:${port}` } });
  }, 60_000);
  afterAll(async () => {
    await shop.stop();
    await database.drop();
  });

  it('wait while the mail server does not run, and are sent once when it runs again', async () => {
    const admin = await logIn(shop, ADMIN);
    const drink = await listDrink(admin);
    const buyer = await register(shop, { 'accept-language': 'vi' });
    const order = await buyer.buy(drink.variantId, 'tok_ok');
    await buyer.waitForStatus(order.id, 'confirmed');
    expect(await mailsTo(admin, buyer.email)).toEqual([]);

    const server = mailServer();
    await listenOn(server, port);
    const since = Date.now();
    try {
      await eventually(() => expect(received.filter((mail) => mail.includes(buyer.email))).toHaveLength(1), 20_000);
      await eventually(async () => expect(await mailsTo(admin, buyer.email)).toHaveLength(1));
    } finally {
      await closeServer(server);
    }
    const recoveryMs = [Date.now() - since];
    recordResult({
      fault: 'the mail server is away',
      tried: 1,
      lost: 0,
      recoveryMs,
      note: 'until the letter was sent, once',
    });
    expect(received[0]).toMatch(/^Message-ID: <[0-9a-f-]{36}@coffee-tea\.shop>/im);
    expect(received[0]).toContain(`To: ${buyer.email}`);
  }, 60_000);
});
