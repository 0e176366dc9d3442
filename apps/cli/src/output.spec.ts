import { PassThrough } from 'node:stream';
import { allowClosedOutput } from './output';

describe('Output', () => {
  const failing = (code: string) => () => {
    const output = new PassThrough();
    allowClosedOutput(output);
    output.emit('error', Object.assign(new Error(code), { code }));
  };

  it('that nobody reads any more is no error', () => {
    expect(failing('EPIPE')).not.toThrow();
    expect(failing('ERR_STREAM_DESTROYED')).not.toThrow();
  });

  it('that cannot be written for another reason is one', () => {
    expect(failing('ENOSPC')).toThrow('ENOSPC');
  });
});
