import { failureOf } from './failure';

const coded = (message: string, more: object) => Object.assign(new Error(message), more);

describe('A failure', () => {
  it.each([
    ['nobody hands out a connection', new Error('timeout exceeded when trying to connect')],
    ['nobody answers', new Error('Query read timeout')],
    ['the connection went', new Error('Connection terminated unexpectedly')],
    ['the connection was gone', new Error('Client has encountered a connection error and is not queryable')],
    ['the server is shutting down', coded('terminating connection', { code: '57P01', severity: 'FATAL' })],
    ['the server is not there', coded('connect ECONNREFUSED', { code: 'ECONNREFUSED', syscall: 'connect' })],
    ['the statement took too long', coded('canceling statement', { code: '57014', severity: 'ERROR' })],
  ])('is none of ours when %s: asking again helps', (_, error) => {
    expect(failureOf(error)).toMatchObject({ status: 503, code: 'UNAVAILABLE', retryAfter: 1 });
  });

  it.each([
    ['a mistake', new TypeError('x is not a function')],
    ['a refused statement', coded('syntax error', { code: '42601', severity: 'ERROR' })],
    ['a connection that somebody else lost', coded('read ECONNRESET', { code: 'ECONNRESET', syscall: 'read' })],
  ])('is ours when it is %s', (_, error) => {
    expect(failureOf(error)).toMatchObject({ status: 500, code: 'INTERNAL' });
  });
});
