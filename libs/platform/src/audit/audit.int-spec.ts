import { Body, Controller, Delete, Get, Module, Param, Post } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { DomainError, type Uuid } from '#kernel';
import { Answers, Does, Text } from '#platform/http';
import { Allowed, SignedIn } from '#platform/security';
import { openContext, type OpenContext } from '../../../../test/support/open-context';
import { auditSql, type AuditFilter } from './audit-trail.store';
import { Noted } from './noted';

jest.setTimeout(60_000);

class Wish {
  @Text({ max: 100, optional: true })
  reason?: string;

  @Text({ max: 100, optional: true })
  secret?: string;
}

let done = 0;

@Controller('admin/things')
class Things {
  @Get()
  @Allowed('ops')
  @Answers(200, z.object({}))
  look() {
    return {};
  }

  @Post()
  @Allowed('ops')
  @Noted('reason')
  @Does('makeThing', 'Make one')
  @Answers(201, z.object({}))
  make(@Body() _: Wish) {
    done += 1;
    return { id: 'thing-7', name: 'a thing' };
  }

  @Delete(':id')
  @Allowed('staff')
  @Does('breakThing', 'Break one')
  @Answers(204, null)
  remove(@Param('id') id: string) {
    if (id === 'glued') throw new DomainError('GLUED', 'conflict', 'It is glued.');
    if (id === 'odd') throw new Error('what is this?');
  }

  @Post('mine')
  @SignedIn()
  @Answers(200, null)
  mine(@Body() _: Wish) {}
}

@Module({ controllers: [Things] })
class ThingsModule {}

let open: OpenContext;
let admin: string;
const adminId = randomUUID();

beforeAll(async () => {
  open = await openContext([ThingsModule], []);
  admin = await open.token('admin', { userId: adminId });
});
afterAll(() => open?.close());

const trail = (more = '') => open.ask('GET', `/admin/audit?limit=100${more}`, { token: admin });

describe('The audit trail', () => {
  it('tells who asked for what, and what became of it; of the body only what was to be noted', async () => {
    await open.ask('POST', '/admin/things', { token: admin, body: { reason: 'we need one', secret: 'hunter2' } });
    await open.ask('DELETE', '/admin/things/one', { token: await open.token('barista') });
    await open.ask('DELETE', '/admin/things/glued', { token: admin });
    await open.ask('POST', '/admin/things', { token: admin, body: { unknown: 1 } });
    const { body } = await trail();
    expect(body.data).toMatchObject([
      { operation: 'makeThing', status: 400, code: 'VALIDATION_ERROR', made: null },
      { operation: 'breakThing', status: 409, code: 'GLUED', targets: ['glued'] },
      { operation: 'breakThing', status: 204, role: 'barista', targets: ['one'], made: null },
      {
        ...{ operation: 'makeThing', status: 201, code: null, made: 'thing-7', reason: 'we need one', channel: 'api' },
        ...{ actor: adminId, role: 'admin', request: 'POST /api/v1/admin/things', targets: [] },
      },
    ]);
    expect(JSON.stringify(body)).not.toContain('hunter2');
    expect((await trail('&target=thing-7')).body.data).toHaveLength(1);
    expect((await trail('&target=glued&operation=breakThing')).body.data).toHaveLength(1);
  });

  it('has what broke, too, and nothing of those who only look, who are refused at the door, or who are customers', async () => {
    const before = (await trail()).body.data.length;
    const quiet = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    await open.ask('DELETE', '/admin/things/odd', { token: admin });
    quiet.mockRestore();
    await open.ask('GET', '/admin/things', { token: admin });
    await open.ask('POST', '/admin/things', { token: await open.token('barista'), body: {} });
    await open.ask('POST', '/admin/things', { body: {} });
    await open.ask('POST', '/admin/things/mine', { token: admin, body: {} });
    const { data } = (await trail()).body;
    expect(data).toHaveLength(before + 1);
    expect(data[0]).toMatchObject({ targets: ['odd'], status: 500, code: 'INTERNAL' });
  });

  it('takes what is asked apart with care, for nobody has looked at it yet', async () => {
    for (const reason of ['a\0b', 'half a pair \ud83d', 'x'.repeat(5_000), 7, { $: 1 }, null])
      expect((await open.ask('POST', '/admin/things', { token: admin, body: { reason } })).status).toBe(400);
  });

  it('says so where nobody was left to tell what became of it', async () => {
    const id = randomUUID() as Uuid;
    await open.database.admin(
      `insert into audit.entries (id, actor, role, channel, operation, request, targets)
       values ($1, 'os:0', 'operator', 'command-line', 'startRebuild', 'shop startRebuild', '{}')`,
      [id],
    );
    expect((await trail('&actor=os:0')).body.data).toMatchObject([{ id, status: null, code: null, made: null }]);
  });

  it('is written before anything is done: what cannot be noted down is refused', async () => {
    await open.database.admin('revoke insert on audit.entries from shop_audit');
    const quiet = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    try {
      const before = done;
      const refused = await open.ask('POST', '/admin/things', { token: admin, body: {} });
      expect([refused.status, refused.body.error?.code, done]).toEqual([503, 'UNAVAILABLE', before]);
    } finally {
      quiet.mockRestore();
      await open.database.admin('grant insert on audit.entries to shop_audit');
    }
    expect((await open.ask('POST', '/admin/things', { token: admin, body: {} })).status).toBe(201);
  });

  it.each<[string, AuditFilter, RegExp]>([
    ['all', {}, /entries_at/],
    ['of one', { actor: 'a7' }, /entries_actor/],
    ['of one operation', { operation: 'o3' }, /entries_operation/],
    ['to one', { target: 't500' }, /entries_targets/],
    ['of a time', { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2026-01-02T00:00:00Z') }, /entries_at/],
  ])('is read along an index, however long it is: %s', async (_, filter, index) => {
    await open.database.admin(
      `insert into audit.entries (id, at, actor, role, channel, operation, request, targets)
       select gen_random_uuid(), '2026-01-01'::timestamptz + n * interval '1 minute', 'a' || n % 50, 'admin', 'api', 'o' || n % 20, 'r',
         array['t' || n] from generate_series(1, 5000) n`,
    );
    await open.database.admin('analyze audit.entries');
    const [sql, values] = auditSql(filter, 21);
    const rows = await open.database.of('audit').query<{ 'QUERY PLAN': string }>(`explain ${sql}`, values);
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(index);
  });
});
