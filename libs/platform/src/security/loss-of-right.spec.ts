import { PERMISSIONS } from './caller';
import { lossOfRight } from './loss-of-right';

const now = Date.parse('2026-11-23T03:00:00Z');
const admin = { expiresAt: now + 1, permissions: PERMISSIONS.admin };
const customer = { ...admin, permissions: PERMISSIONS.customer };

describe('A right that was granted earlier', () => {
  it.each([
    ['remains while session, role and token are valid', admin, { open: true, role: 'admin' }, undefined],
    ['remains when the role gets more permissions', customer, { open: true, role: 'manager' }, undefined],
    ['ends when the token expires', { ...admin, expiresAt: now }, { open: true, role: 'admin' }, 'TOKEN_EXPIRED'],
    ['ends when the session was ended', customer, { open: false, role: 'customer' }, 'SESSION_ENDED'],
    ['ends when the session no longer exists', customer, null, 'SESSION_ENDED'],
    ['ends when the role loses one of its permissions', admin, { open: true, role: 'manager' }, 'ROLE_LOST'],
    ['remains while the session cannot be read', admin, undefined, undefined],
    [
      'ends when the token expires, also while the session cannot be read',
      { ...admin, expiresAt: 1 },
      undefined,
      'TOKEN_EXPIRED',
    ],
  ] as const)('%s', (_, caller, state, code) => {
    expect(lossOfRight(caller, state, now)?.code).toBe(code);
  });
});
