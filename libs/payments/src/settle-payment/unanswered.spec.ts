import { NotSent } from '../model/payment-provider';
import { classifyFailure } from './unanswered';

const coded = (code: string) => Object.assign(new Error(code), { code });

describe('A call that failed', () => {
  it.each([
    ['was not sent by its adapter', new NotSent('no route')],
    ['was refused by the host', new TypeError('fetch failed', { cause: coded('ECONNREFUSED') })],
    ['found no such host', coded('ENOTFOUND')],
    ['reached none of the host’s addresses', new AggregateError([coded('ECONNREFUSED'), coded('EHOSTUNREACH')])],
  ])('was not sent if it %s', (_, error) => {
    expect(classifyFailure(error).kind).toBe('not-asked');
  });

  it.each([
    ['took too long', new Error('time-out')],
    ['lost its connection', new TypeError('fetch failed', { cause: coded('ECONNRESET') })],
    ['was answered with a failure', new Error('the sandbox provider failed (503)')],
    ['threw anything else', 'oops'],
  ])('may have been sent if it %s', (_, error) => {
    expect(classifyFailure(error).kind).toBe('no-answer');
  });
});
