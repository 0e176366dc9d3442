import { behaviourOf } from './sandbox-behaviour';

describe('The sandbox provider', () => {
  it.each([
    ['tok_ok', 'captured', 'now'],
    ['tok_declined', 'declined', 'now'],
    ['tok_slow', 'processing', 'when-settled'],
    ['tok_timeout_charged', 'captured', 'never'],
    ['tok_timeout_not_charged', null, 'never'],
    ['tok_late_webhook', 'processing', 'accepted'],
    ['anything else', 'declined', 'now'],
  ])('with %s stores %s and answers %s', (token, books, answer) => {
    expect(behaviourOf(token, 1)).toMatchObject({ books, answer });
  });

  it('with tok_flaky fails twice, then captures the charge', () => {
    expect([1, 2, 3].map((attempt) => behaviourOf('tok_flaky', attempt).books)).toEqual([
      'failed',
      'failed',
      'captured',
    ]);
  });
});
