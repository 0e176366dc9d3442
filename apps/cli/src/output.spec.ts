import { PassThrough } from 'node:stream';
import { allowClosedOutput } from './output';

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
