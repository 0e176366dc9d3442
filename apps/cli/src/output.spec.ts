import { PassThrough } from 'node:stream';
import { DomainError, EventBroken, NotFound, type RefusalKind } from '#kernel';
import { ConfigError } from '#platform/config';
import { UnusableSealAnchor } from '#platform/system';
import { invalidArgument } from './arguments';
import { allowClosedOutput, printFailure } from './output';

describe('The exit code of a command', () => {
  let printed: jest.SpyInstance;
  beforeEach(() => (printed = jest.spyOn(process.stderr, 'write').mockReturnValue(true)));
  afterEach(() => printed.mockRestore());

  const codes: Readonly<Record<RefusalKind, number>> = {
    invalid: 2,
    'not-found': 2,
    conflict: 1,
    refused: 1,
    stale: 1,
    reused: 1,
    'too-much': 1,
    forbidden: 1,
    unauthenticated: 1,
    unavailable: 1,
  };

  it.each(Object.entries(codes) as [RefusalKind, number][])('for a refusal of the kind %s is %i', (kind, code) => {
    expect(printFailure(new DomainError('CODE', kind, 'It is refused.'))).toBe(code);
    expect(printed).toHaveBeenCalledWith('It is refused.\n');
  });

  it.each([
    ['arguments are wrong', 2, invalidArgument('--limit must be a whole number.')],
    ['commander does not know an option', 2, Object.assign(new Error('no'), { code: 'commander.unknownOption' })],
    ['the order does not exist', 2, new NotFound('order')],
    ['an event of the order is broken', 1, new EventBroken('OrderPlaced', 1)],
    ['the file of the newest seal is damaged', 1, new UnusableSealAnchor('seal-anchor', new Error('it is damaged'))],
    ['a setting is wrong', 1, new ConfigError(['PORT must be a whole number'])],
    ['a file cannot be written', 1, Object.assign(new Error('no space'), { code: 'ENOSPC' })],
  ])('if %s is %i', (_, code, error) => expect(printFailure(error)).toBe(code));

  it('if help was requested is 0', () => {
    for (const code of ['commander.helpDisplayed', 'commander.help', 'commander.version'])
      expect(printFailure(Object.assign(new Error('help'), { code }))).toBe(0);
    expect(printed).not.toHaveBeenCalled();
  });
});

describe('allowClosedOutput', () => {
  const failing = (code: string) => () => {
    const output = new PassThrough();
    allowClosedOutput(output);
    output.emit('error', Object.assign(new Error(code), { code }));
  };

  it('ignores the error when nobody reads the output any more', () => {
    expect(failing('EPIPE')).not.toThrow();
    expect(failing('ERR_STREAM_DESTROYED')).not.toThrow();
  });

  it('throws any other error of the output', () => {
    expect(failing('ENOSPC')).toThrow('ENOSPC');
  });
});
