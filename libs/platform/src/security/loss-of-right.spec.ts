import { PERMISSIONS } from './caller';
import { lossOfRight } from './loss-of-right';

const now = Date.parse('2026-11-23T03:00:00Z');
const admin = { expiresAt: now + 1, permissions: PERMISSIONS.admin };
const customer = { ...admin, permissions: PERMISSIONS.customer };

describe('What was allowed when it began', () => {
  it.each([
    ['stays so while session, role and token stand', admin, { open: true, role: 'admin' }, undefined],
    ['stays so when the role has grown', customer, { open: true, role: 'manager' }, undefined],
    ['ends when the token expires', { ...admin, expiresAt: now }, { open: true, role: 'admin' }, 'TOKEN_EXPIRED'],
    ['ends when the session was ended', customer, { open: false, role: 'customer' }, 'SESSION_ENDED'],
    ['ends when the session is gone with its account', customer, null, 'SESSION_ENDED'],
    ['ends when the role no longer allows all of it', admin, { open: true, role: 'manager' }, 'ROLE_LOST'],
    ['goes on while nobody can tell', admin, undefined, undefined],
    ['ends with the token also while nobody can tell', { ...admin, expiresAt: 1 }, undefined, 'TOKEN_EXPIRED'],
  ] as const)('%s', (_, caller, state, code) => {
    expect(lossOfRight(caller, state, now)?.code).toBe(code);
  });
});
