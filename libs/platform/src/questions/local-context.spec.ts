import { Logger } from '@nestjs/common';
import { DomainError } from '#kernel';
import { CircuitBreaker } from './breaker';
import { LocalContext } from './local-context';
import { Unanswered } from './question-errors';

const refused = () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
const never = () => new Promise<string>(() => undefined);
let customers: LocalContext;

beforeAll(() => Logger.overrideLogger(false));
afterAll(() => Logger.overrideLogger(['log', 'error', 'warn']));
beforeEach(() => (customers = new LocalContext('customers', new CircuitBreaker(), 30)));

describe('A question to a context in the same process', () => {
  it('is answered', async () => {
    expect(await customers.ask(() => Promise.resolve('Hoa'))).toBe('Hoa');
  });

  it('fails with `Unanswered` if the database refuses the connection, or does not respond in time', async () => {
    await expect(customers.ask(refused)).rejects.toThrow(Unanswered);
    await expect(customers.ask(never)).rejects.toThrow(Unanswered);
  });

  it('is not asked after five questions in a row without an answer', async () => {
    for (let n = 0; n < 5; n++) await expect(customers.ask(refused)).rejects.toThrow(Unanswered);
    const question = jest.fn(() => Promise.resolve('Hoa'));
    await expect(customers.ask(question)).rejects.toThrow(Unanswered);
    expect(question).not.toHaveBeenCalled();
  });

  it('throws every other error unchanged', async () => {
    const gone = new DomainError('GONE', 'conflict', 'It is gone.');
    for (let n = 0; n < 6; n++) await expect(customers.ask(() => Promise.reject(gone))).rejects.toBe(gone);
  });
});
