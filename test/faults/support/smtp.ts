import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail server that accepts every mail and stores the Message-IDs. */
export async function mailServer() {
  const ids: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, accepted) {
      let mail = '';
      stream.on('data', (chunk: Buffer) => (mail += chunk.toString()));
      stream.on('end', () => {
        ids.push(/^Message-ID: <([^@>]+)@/im.exec(mail)?.[1] ?? 'none');
        accepted();
      });
    },
  });
  server.on('error', () => undefined); // a killed client causes an error, which without a listener would end the test
  const listener = await new Promise<{ address(): unknown }>((up) => {
    const listening = server.listen(0, '127.0.0.1', () => up(listening));
  });
  return {
    url: `smtp://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    /** The Message-IDs of all mails so far. The id of a mail that arrived twice is in the list twice. */
    ids: ids as readonly string[],
    close: () => new Promise<void>((down) => server.close(() => down())),
  };
}
