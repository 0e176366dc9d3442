import { SealKey } from './seal-key';
import { keyIdOf, publicKeyIn, publicKeysIn } from './trusted-keys';

const [first, second] = [1, 2].map((byte) => new SealKey(Buffer.alloc(32, byte).toString('base64')).trusted.all[0]);
const pemOf = ({ publicKey }: typeof first) => publicKeyIn(publicKey).export({ format: 'pem', type: 'spki' }) as string;

describe('A text with public keys', () => {
  it.each([
    ['one key in hex', `${first.publicKey}\n`, [first]],
    ['one key in PEM', pemOf(first), [first]],
    ['keys with commas between them', `${first.publicKey},${second.publicKey}`, [first, second]],
    ['keys in lines', `${first.publicKey}\r\n\n${second.publicKey}\n`, [first, second]],
    ['keys in PEM, one after the other', pemOf(first) + pemOf(second), [first, second]],
    ['keys in hex and in PEM', `${second.publicKey}\n${pemOf(first)}`, [second, first]],
  ])('can have %s', (_, text, keys) => {
    expect(publicKeysIn(text).map(keyIdOf).sort()).toEqual(keys.map(({ id }) => id).sort());
  });

  it.each([
    ['nothing', ' \n'],
    ['something else', `${first.publicKey} and more`],
    ['a short key', first.publicKey.slice(2)],
  ])('is refused if it has %s', (_, text) => expect(() => publicKeysIn(text)).toThrow());
});
