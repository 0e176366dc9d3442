import { signatureFault, sign } from './webhook-signature';

const body = Buffer.from('{"id":"evt_1"}');
const at = 1_790_000_000;

describe("The sandbox's signature", () => {
  it('is valid only for its body and its time', () => {
    expect(signatureFault('secret', sign('secret', at, body), body, at + 299)).toBeUndefined();
  });
  it.each([
    ['is missing', undefined, body, at],
    ['is malformed', 'v1=00', body, at],
    ['was made with another secret', sign('other', at, body), body, at],
    ['is for another body', sign('secret', at, body), Buffer.from('{}'), at],
    ['is too old', sign('secret', at, body), body, at + 301],
    ['is from the future', sign('secret', at, body), body, at - 301],
    ['has a time that was not signed', sign('secret', at, body).replace(`t=${at}`, `t=${at + 1}`), body, at],
  ])('is refused when it %s', (_, header, bytes, now) => {
    expect(signatureFault('secret', header, bytes, now)).toBeDefined();
  });
});
