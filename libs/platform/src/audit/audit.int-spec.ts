import { Body, Controller, Delete, Get, Module, Param, Post } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { DomainError, type Uuid } from '#kernel';
import { Answers, OperationDoc, ListOf, Text } from '#platform/http';
import { Allowed, SignedIn } from '#platform/security';
import { eventually } from '../../../../test/support/eventually';
import { openContext, type OpenContext } from '../../../../test/support/open-context';
import { auditSql, type AuditFilter } from './audit-trail.store';
import { AuditedFields, ShowsPeople } from './noted';

jest.setTimeout(60_000);

class ThingBody {
  @Text({ max: 100, optional: true })
  reason?: string;

  @Text({ max: 100, optional: true })
  secret?: string;
}

class ThingsBody {
  @ListOf('text', { max: 1_000 })
  ids!: string[];
}

let madeCount = 0;

@Controller('admin/things')
class Things {
  @Get()
  @Allowed('ops')
  @Answers(200, z.object({}))
  look() {
    return {};
  }

  @Get(':id/owner')
  @Allowed('ops')
  @ShowsPeople()
  @OperationDoc('viewOwner', 'Whose it is')
  @Answers(200, z.object({}))
  owner(@Param('id') id: string) {
    if (id === 'nobody') throw new DomainError('NOBODY', 'conflict', "It is nobody's.");
    return { id, customerId: 'customer-3', name: 'Hoa' };
  }

  @Get('owners')
  @Allowed('ops')
  @ShowsPeople()
  @OperationDoc('listOwners', 'Whose they are')
  @Answers(200, z.object({}), { list: true })
  owners() {
    return Array.from({ length: 150 }, (_, n) => ({ id: `order-${n}`, customerId: `customer-${n}` }));
  }

  @Post()
  @Allowed('ops')
  @AuditedFields('reason')
  @OperationDoc('makeThing', 'Make one')
  @Answers(201, z.object({}))
  make(@Body() _: ThingBody) {
    madeCount += 1;
    return { id: 'thing-7', name: 'a thing' };
  }

  @Post('many')
  @Allowed('ops')
  @AuditedFields('ids')
  @OperationDoc('makeMany', 'Make many')
  @Answers(201, z.object({}))
  makeMany(@Body() _: ThingsBody) {
    return {};
  }

  @Delete(':id')
  @Allowed('staff')
  @OperationDoc('breakThing', 'Break one')
  @Answers(204, null)
  remove(@Param('id') id: string) {
    if (id === 'glued') throw new DomainError('GLUED', 'conflict', 'It is glued.');
    if (id === 'odd') throw new Error('what is this?');
  }

  @Post('mine')
  @SignedIn()
  @Answers(200, null)
  mine(@Body() _: ThingBody) {}
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

const trail = (filter = '') => open.ask('GET', `/admin/audit?limit=100${filter}`, { token: admin });

describe('The audit trail', () => {
  it('lists who asked for which change, its outcome, and only the fields of the body that `AuditedFields` names', async () => {
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

  it('lists failed changes, but not reads, anonymous requests, or changes that need no permission', async () => {
    const before = (await trail()).body.data.length;
    const silencedErrors = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    await open.ask('DELETE', '/admin/things/odd', { token: admin });
    silencedErrors.mockRestore();
    await open.ask('GET', '/admin/things', { token: admin });
    await open.ask('POST', '/admin/things', { body: {} });
    await open.ask('POST', '/admin/things/mine', { token: admin, body: {} });
    const { data } = (await trail()).body;
    expect(data).toHaveLength(before + 1);
    expect(data[0]).toMatchObject({ targets: ['odd'], status: 500, code: 'INTERNAL' });
  });

  it('lists the first ten refused attempts of a caller one by one', async () => {
    const baristaId = randomUUID();
    const token = await open.token('barista', { userId: baristaId });
    for (let n = 0; n < 30; n += 1)
      expect((await open.ask('POST', '/admin/things', { token, body: { reason: 'hunter2' } })).status).toBe(403);
    const lines = await eventually(async () => {
      const { data } = (await trail(`&actor=${baristaId}`)).body;
      if (data.length < 10 || data.some((line: { status: unknown }) => line.status === null))
        throw new Error(`${data.length} lines`);
      return data;
    });
    expect(lines).toHaveLength(10);
    expect(lines[0]).toMatchObject({
      ...{ operation: 'makeThing', status: 403, code: 'FORBIDDEN', role: 'barista', reason: null, made: null },
      ...{ request: 'POST /api/v1/admin/things', requestId: expect.any(String) },
    });
  });

  it('lists a request with a forged token, with a code for its IP address, but no request with an expired token', async () => {
    expect((await open.ask('GET', '/admin/things', { token: 'x.y.z' })).status).toBe(401);
    expect((await open.ask('POST', '/admin/things/mine', { token: 'x.y.z', body: {} })).status).toBe(401);
    const [line, ...others] = await eventually(async () => {
      const { data } = (await trail('&operation=look')).body;
      if (!data[0]?.status) throw new Error('not yet');
      return data;
    });
    expect(line).toMatchObject({ status: 401, code: 'TOKEN_INVALID', role: 'none' });
    expect(line.actor).toMatch(/^address:[\w-]{22}$/);
    expect([others, (await trail('&operation=mine')).body.data]).toEqual([[], []]);
  });

  it('lists who saw whose data, at most once a minute', async () => {
    for (let n = 0; n < 3; n++) await open.ask('GET', '/admin/things/thing-3/owner', { token: admin });
    await open.ask('GET', '/admin/things/nobody/owner', { token: admin });
    await open.ask('GET', '/admin/things/thing-4/owner', { token: admin });
    const { body } = await trail('&operation=viewOwner');
    expect(body.data).toMatchObject([
      { targets: ['thing-4', 'customer-3'], status: 200 },
      { targets: ['thing-3', 'customer-3'], status: 200, actor: adminId, made: null },
    ]);
    expect(body.data).toHaveLength(2);
    expect(JSON.stringify(body)).not.toContain('Hoa');
  });

  it('names all people that a page shows, in several lines if necessary', async () => {
    for (let n = 0; n < 2; n++) await open.ask('GET', '/admin/things/owners', { token: admin });
    const { data } = (await trail('&operation=listOwners')).body;
    const named = data.flatMap(({ targets }: { targets: string[] }) => targets);
    expect([new Set(named).size, named.length, data.length]).toEqual([300, 300, 3]);
    expect((await trail('&target=customer-149')).body.data).toMatchObject([{ operation: 'listOwners', status: 200 }]);
  });

  it('names all targets of a change', async () => {
    const ids = Array.from({ length: 1_000 }, (_, n) => `thing-${n}`);
    expect((await open.ask('POST', '/admin/things/many', { token: admin, body: { ids } })).status).toBe(201);
    const [line] = (await trail('&operation=makeMany')).body.data;
    expect(line.targets).toEqual(ids);
  });

  it('is verified on request, and the result can be read by the id of the verification', async () => {
    const { status, body } = await open.ask('POST', '/admin/audit/verify', { token: admin });
    expect([status, body.data]).toEqual([200, expect.objectContaining({ valid: true, reason: null })]);
    const [{ id }] = await open.database.admin<{ id: string }>('select id from audit.verifications');
    const stored = await open.ask('GET', `/admin/audit/verify/${id}`, { token: admin });
    expect(stored.body.data).toMatchObject({ id, state: 'done', result: body.data });
    expect((await open.ask('GET', `/admin/audit/verify/${randomUUID()}`, { token: admin })).status).toBe(404);
    expect((await open.ask('GET', `/admin/audit/verify/${id}`, { token: await open.token('barista') })).status).toBe(
      403,
    );
  });

  it('accepts invalid values in the fields that `AuditedFields` names, because it reads these fields before they are validated', async () => {
    for (const reason of ['a\0b', 'half a pair \ud83d', 'x'.repeat(5_000), 7, { $: 1 }, null])
      expect((await open.ask('POST', '/admin/things', { token: admin, body: { reason } })).status).toBe(400);
  });

  it('shows null as the outcome if the process ended before it wrote the outcome', async () => {
    const id = randomUUID() as Uuid;
    await open.database.admin(
      `insert into audit.entries (id, actor, role, channel, operation, request, targets)
       values ($1, 'os:0', 'operator', 'command-line', 'startRebuild', 'shop startRebuild', '{}')`,
      [id],
    );
    expect((await trail('&actor=os:0')).body.data).toMatchObject([{ id, status: null, code: null, made: null }]);
  });

  it('is written before the change: if the line cannot be written, the change is refused', async () => {
    await open.database.admin('revoke insert on audit.entries from shop_audit');
    const silencedErrors = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    try {
      const before = madeCount;
      const refused = await open.ask('POST', '/admin/things', { token: admin, body: {} });
      expect([refused.status, refused.body.error?.code, madeCount]).toEqual([503, 'UNAVAILABLE', before]);
    } finally {
      silencedErrors.mockRestore();
      await open.database.admin('grant insert on audit.entries to shop_audit');
    }
    expect((await open.ask('POST', '/admin/things', { token: admin, body: {} })).status).toBe(201);
  });

  it.each<[string, AuditFilter, RegExp]>([
    ['all lines', {}, /entries_at/],
    ['lines of one person', { actor: 'a7' }, /entries_actor/],
    ['lines of one operation', { operation: 'o3' }, /entries_operation/],
    ['lines about one target', { target: 't500' }, /entries_targets/],
    [
      'lines of one day',
      { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2026-01-02T00:00:00Z') },
      /entries_at/,
    ],
  ])('is read with an index: %s', async (_, filter, index) => {
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
