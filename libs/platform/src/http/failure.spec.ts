import { QueryFailedError } from 'typeorm';
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
    ['the database takes no connections', coded('not accepting', { code: '55000', severity: 'FATAL' })],
    ['the database is gone', coded('does not exist', { code: '3D000', severity: 'FATAL' })],
    ['the database refuses us', coded('password authentication failed', { code: '28P01', severity: 'FATAL' })],
    ['the account may not connect', coded('permission denied for database', { code: '42501', severity: 'FATAL' })],
    ['the server only reads', coded('read-only transaction', { code: '25006', severity: 'ERROR' })],
    ['the disk is full', coded('No space left on device', { code: '53100', severity: 'ERROR' })],
    ['somebody else holds a lock', coded('lock timeout', { code: '55P03', severity: 'ERROR' })],
    ['its name is not found', coded('getaddrinfo', { code: 'EAI_AGAIN', syscall: 'getaddrinfo' })],
    ['TypeORM says so', new QueryFailedError('select 1', [], coded('starting', { code: '57P03', severity: 'FATAL' }))],
    ['it is the cause', new Error('no answer', { cause: coded('x', { code: '53300', severity: 'FATAL' }) })],
    ['both addresses refuse', new AggregateError([1, 2].map(() => coded('x', { code: 'ECONNREFUSED', syscall: 'connect' })))], // prettier-ignore
  ])('is none of ours when %s: asking again helps', (_, error) => {
    expect(failureOf(error)).toMatchObject({ status: 503, code: 'UNAVAILABLE', retryAfter: 1 });
  });

  it.each([
    ['a mistake', new TypeError('x is not a function')],
    ['a table that is missing', coded('no relation', { code: '42P01', severity: 'ERROR' })],
    ['a column that is missing', coded('no column', { code: '42703', severity: 'ERROR' })],
    ['a right that is missing', coded('permission denied', { code: '42501', severity: 'ERROR' })],
    ['a statement that may not be run so', coded('not in the state', { code: '55000', severity: 'ERROR' })],
    ['a refused statement', coded('syntax error', { code: '42601', severity: 'ERROR' })],
    ['a connection that somebody else lost', coded('read ECONNRESET', { code: 'ECONNRESET', syscall: 'read' })],
  ])('is ours when it is %s', (_, error) => {
    expect(failureOf(error)).toMatchObject({ status: 500, code: 'INTERNAL' });
  });
});
