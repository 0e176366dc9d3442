import { QueryFailedError } from 'typeorm';
import { failureOf } from './failure';

const errorWith = (message: string, more: object) => Object.assign(new Error(message), more);

describe('A failure', () => {
  it.each([
    ['the pool has no free connection', new Error('timeout exceeded when trying to connect')],
    ['a query gets no response', new Error('Query read timeout')],
    ['the connection ends during a query', new Error('Connection terminated unexpectedly')],
    [
      'the connection ended before the query',
      new Error('Client has encountered a connection error and is not queryable'),
    ],
    ['the server is shutting down', errorWith('terminating connection', { code: '57P01', severity: 'FATAL' })],
    ['the server is not running', errorWith('connect ECONNREFUSED', { code: 'ECONNREFUSED', syscall: 'connect' })],
    ['the statement took too long', errorWith('canceling statement', { code: '57014', severity: 'ERROR' })],
    ['the database takes no connections', errorWith('not accepting', { code: '55000', severity: 'FATAL' })],
    ['the database does not exist', errorWith('does not exist', { code: '3D000', severity: 'FATAL' })],
    [
      'the database refuses the login',
      errorWith('password authentication failed', { code: '28P01', severity: 'FATAL' }),
    ],
    ['the account may not connect', errorWith('permission denied for database', { code: '42501', severity: 'FATAL' })],
    ['the server is read-only', errorWith('read-only transaction', { code: '25006', severity: 'ERROR' })],
    ['the disk is full', errorWith('No space left on device', { code: '53100', severity: 'ERROR' })],
    ['another transaction has the lock', errorWith('lock timeout', { code: '55P03', severity: 'ERROR' })],
    ['the host name is not found', errorWith('getaddrinfo', { code: 'EAI_AGAIN', syscall: 'getaddrinfo' })],
    [
      'TypeORM reports it',
      new QueryFailedError('select 1', [], errorWith('starting', { code: '57P03', severity: 'FATAL' })),
    ],
    [
      'the cause of the error is such an error',
      new Error('no answer', { cause: errorWith('x', { code: '53300', severity: 'FATAL' }) }),
    ],
    ['both addresses of the host refuse', new AggregateError([1, 2].map(() => errorWith('x', { code: 'ECONNREFUSED', syscall: 'connect' })))], // prettier-ignore
  ])('has status 503, so that the client tries again, if %s', (_, error) => {
    expect(failureOf(error)).toMatchObject({ status: 503, code: 'UNAVAILABLE', retryAfter: 1 });
  });

  it.each([
    ['a programming mistake', new TypeError('x is not a function')],
    ['a missing table', errorWith('no relation', { code: '42P01', severity: 'ERROR' })],
    ['a missing column', errorWith('no column', { code: '42703', severity: 'ERROR' })],
    ['a missing privilege', errorWith('permission denied', { code: '42501', severity: 'ERROR' })],
    ['a statement in a wrong state', errorWith('not in the state', { code: '55000', severity: 'ERROR' })],
    ['a wrong statement', errorWith('syntax error', { code: '42601', severity: 'ERROR' })],
    ['a lost connection to something else', errorWith('read ECONNRESET', { code: 'ECONNRESET', syscall: 'read' })],
  ])('is a fault of the shop if it is %s', (_, error) => {
    expect(failureOf(error)).toMatchObject({ status: 500, code: 'INTERNAL' });
  });
});
