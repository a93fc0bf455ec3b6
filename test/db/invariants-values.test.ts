/** Values of one row: sources, money, dates, ids, vocabularies and natural keys. */
import { beforeAll, describe, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { asking, contest, decided, refusal, type Contest } from './contest.ts';

const it = tracker();
const http = asking(it);
let c: Contest;
beforeAll(async () => {
  c = await contest(it);
});

describe('every cited source exists and at least one is cited', () => {
  const organization = (id: string, sources: unknown) => ({
    id,
    names: { en: 'X' },
    kind: 'company',
    country: 'FR',
    sources,
  });
  const insert = (sources: string): Promise<string> =>
    refusal(
      it.sql(
        `INSERT INTO organizations (id, name_en, kind, country, sources) VALUES ('cites', 'X', 'company', 'FR', ${sources})`,
      ),
    );
  const update = (sources: string): Promise<string> =>
    refusal(it.sql(`UPDATE organizations SET sources = ${sources} WHERE id = '${c.organization}'`));

  test('when a row is written', async () => {
    expect(await http.post('organizations', organization('cites', []))).toBe('422 source-required /sources');
    expect(await http.post('organizations', organization('cites', undefined))).toBe(
      '422 source-required /sources',
    );
    expect(await http.post('organizations', organization('cites', ['seed-004', 'seed-nothing']))).toBe(
      '422 unknown-reference /sources/1',
    );
    expect(await http.patch(`organizations/${c.organization}`, { sources: null })).toBe(
      '422 source-required /sources',
    );
    expect(await http.patch(`organizations/${c.organization}`, { sources: ['seed-nothing'] })).toBe(
      '422 unknown-reference /sources/0',
    );
    for (const write of [insert, update]) {
      expect(await write(`'{}'`)).toBe('organizations_sources_check');
      expect(await write(`'{seed-004,NULL}'`)).toBe('organizations_sources_check');
      expect(await write(`'{seed-004,seed-nothing}'`)).toBe('unknown-reference sources');
      expect(await write('NULL')).toBe('23502');
      expect(await write(`'{{seed-004,seed-nothing}}'`)).not.toBe('accepted');
    }
  });

  test.each(['consortium_members', 'bids', 'evaluations', 'funding_figures', 'aliases'])(
    'in %s as well',
    async (table) => {
      const set = (sources: string): Promise<string> =>
        refusal(it.sql(`SET LOCAL tracker.correction = 'test'; UPDATE ${table} SET sources = '${sources}'`));
      expect(await set('{}')).toMatch(/_check|_one_source/);
      expect(await set('{seed-nothing}')).toBe('unknown-reference sources');
    },
  );

  test('when a source that is cited is deleted, also by a membership alone', async () => {
    expect(await http.delete(`sources/${c.source}`)).toBe('409 still-referenced');
    expect(await refusal(it.sql('DELETE FROM sources WHERE id = $1', [c.source]))).toMatch(
      /_sources_listed$/,
    );
    await it.sql(`
      INSERT INTO sources (id, kind, title, language) VALUES ('cited-by-member', 'press', 'x', 'en');
      INSERT INTO consortium_members (consortium, organization, role, sources)
        VALUES ('${c.consortiums[0]}', '${c.organization}', 'member', '{cited-by-member}')`);
    expect(await http.delete('sources/cited-by-member')).toBe('409 still-referenced');
    expect(await refusal(it.sql(`DELETE FROM sources WHERE id = 'cited-by-member'`))).toBe(
      'consortium_members_sources_listed',
    );
    await it.sql(`DELETE FROM consortium_members WHERE consortium = '${c.consortiums[0]}'`);
    expect(await http.delete('sources/cited-by-member')).toBe('204');
  });

  test('when all sources are removed at once', async () => {
    expect(await refusal(it.sql('BEGIN; TRUNCATE sources; ROLLBACK'))).not.toBe('accepted');
    await it.sql('ROLLBACK');
  });

  test('and a criterion that a bid names is not deleted', async () => {
    expect(await http.delete('criteria/sel-from-scratch')).toBe('409 still-referenced');
    expect(await refusal(it.sql(`DELETE FROM criteria WHERE id = 'sel-from-scratch'`))).toBe(
      'bids_criteria_listed',
    );
  });
});

describe('an amount is positive and its currency exists', () => {
  const figure = (money: object, statedAlso: object[] = []) => ({
    subject: { type: 'program', id: c.program },
    kind: 'budget',
    money,
    statedAlso,
    sources: [c.source],
  });
  const insert = (amount: string, currency: string, also = '[]'): Promise<string> =>
    refusal(
      it.sql(
        `INSERT INTO funding_figures (id, subject_type, subject_id, kind, amount, currency, stated_also, approximate, rank, sources)
         VALUES ('figure-' || gen_random_uuid(), 'program', $1, 'budget', $2, $3, $4, false, 'normal', ARRAY[$5])`,
        [c.program, amount, currency, also, c.source],
      ),
    );

  test.each(['0', '0.0000', '-1', '', 'NaN', '1e3', '1,000', '+1', ' 1', '0x10'])(
    'an amount of "%s" is refused over HTTP',
    async (amount) => {
      expect(await http.post('funding-figures', figure({ amount, currency: 'EUR' }))).toBe(
        '422 validation-failed /money/amount',
      );
      expect(
        await http.post(
          'funding-figures',
          figure({ amount: '1', currency: 'EUR' }, [{ amount, currency: 'EUR' }]),
        ),
      ).toBe('422 validation-failed /statedAlso/0/amount');
    },
  );

  test.each(['0', '-1', 'NaN', 'Infinity'])('an amount of %s is refused in SQL', async (amount) => {
    expect(await insert(amount, 'EUR')).not.toBe('accepted');
    expect(
      await refusal(
        it.sql(`UPDATE funding_figures SET amount = '${amount}' WHERE id = 'fund-seed-004-program-200b'`),
      ),
    ).not.toBe('accepted');
    expect(await insert('1', 'EUR', `[{"amount": "${amount}", "currency": "USD"}]`)).toBe(
      'funding_figures_stated_also_check',
    );
  });

  test.each([
    '{}',
    '[1]',
    '[null]',
    '[{}]',
    '[{"amount": "1"}]',
    '[{"currency": "USD"}]',
    '[{"amount": null, "currency": "USD"}]',
    '[{"amount": 1, "currency": "USD"}]',
    '[{"amount": "01", "currency": "USD"}]',
    '[{"amount": "1", "currency": "usd"}]',
    '[{"amount": "1", "currency": "USD", "note": "x"}]',
  ])('what is stated beside it is not %s', async (also) => {
    expect(await insert('1', 'EUR', also)).not.toBe('accepted');
  });

  test('a currency that does not exist is refused, also beside the amount', async () => {
    expect(await http.post('funding-figures', figure({ amount: '1', currency: 'EUX' }))).toBe(
      '422 unknown-currency /money/currency',
    );
    expect(await http.post('funding-figures', figure({ amount: '1', currency: 'eur' }))).toBe(
      '422 validation-failed /money/currency',
    );
    expect(
      await http.post(
        'funding-figures',
        figure({ amount: '1', currency: 'EUR' }, [{ amount: '1', currency: 'EUX' }]),
      ),
    ).toMatch(/^422 unknown-currency \/statedAlso/);
    expect(await insert('1', 'EUX')).toBe('funding_figures_currency_fkey');
    expect(await insert('1', 'EUR', '[{"amount": "1", "currency": "EUX"}]')).toBe(
      'unknown-currency statedAlso',
    );
    expect(
      await refusal(
        it.sql(
          `UPDATE funding_figures SET stated_also = '[{"amount": "1", "currency": "EUX"}]' WHERE currency = 'KRW'`,
        ),
      ),
    ).toBe('unknown-currency statedAlso');
  });

  test('a currency that figures use is not taken away', async () => {
    expect(await refusal(it.sql(`DELETE FROM currencies WHERE code = 'KRW'`))).toBe(
      'funding_figures_currency_fkey',
    );
    expect(await insert('1', 'EUR', '[{"amount": "1", "currency": "ISK"}]')).toBe('accepted');
    expect(await refusal(it.sql(`DELETE FROM currencies WHERE code = 'ISK'`))).not.toBe('accepted');
  });

  test('a figure is one source’s claim', async () => {
    expect(
      await http.post('funding-figures', {
        ...figure({ amount: '1', currency: 'EUR' }),
        sources: ['seed-001', 'seed-004'],
      }),
    ).toBe('422 validation-failed /sources');
    expect(await refusal(it.sql(`UPDATE funding_figures SET sources = '{seed-001,seed-004}'`))).toBe(
      'funding_figures_one_source',
    );
  });
});

describe('a date is one of the calendar, of the precision that is known', () => {
  const wrong = [
    '2025-02-30',
    '2025-02-29',
    '2025-04-31',
    '2025-13',
    '2025-00',
    '2025-01-00',
    '2025-01-32',
    '0000',
    '0000-01',
    '25-1-1',
    '2025-1',
    '2025-1-1',
    '20250101',
    '2025-08-04T00:00:00Z',
    '2025-08-04\n',
    ' 2025',
    '2025-',
    '12025',
    '-2025',
    '二〇二五',
    '',
    '2025~',
    '2025-08/2025-09',
  ];
  const milestone = (date: string) => ({
    id: 'dated',
    program: c.program,
    date,
    kind: 'x',
    title: 'x',
    sources: [c.source],
  });
  const insert = (date: string): Promise<string> =>
    refusal(
      it.sql(
        `INSERT INTO milestones (id, program, date, kind, title, sources) VALUES ('dated', $1, $2, 'x', 'x', ARRAY[$3])`,
        [c.program, date, c.source],
      ),
    );

  test.each(wrong.map((date) => [date]))('%j is refused', async (date) => {
    expect(await http.post('milestones', milestone(date))).toBe('422 validation-failed /date');
    expect(await insert(date)).toBe('milestones_date_check');
    expect(await refusal(it.sql(`UPDATE milestones SET date = $1 WHERE id = 'ms-selection'`, [date]))).toBe(
      'milestones_date_check',
    );
  });

  test.each([
    ['2025'],
    ['2025-08'],
    ['2025-08-04'],
    ['2024-02-29'],
    ['0001'],
    ['9999-12-31'],
    ['2000-02-29'],
  ])('%s is kept as it is', async (date) => {
    expect(await http.post('milestones', milestone(date))).toBe('201');
    expect(await it.sql(`SELECT date FROM milestones WHERE id = 'dated'`)).toEqual([{ date }]);
    expect(await http.delete('milestones/dated')).toBe('204');
    expect(await insert(date)).toBe('accepted');
    await it.sql(`DELETE FROM milestones WHERE id = 'dated'`);
  });

  test('in every column that holds one', async () => {
    const dates = it.registry.all.flatMap(({ table, leaves }) =>
      leaves
        .filter(({ leaf }) => leaf.kind === 'date' && !leaf.derived)
        .map(({ leaf, rows }) => [rows?.table?.name ?? table, leaf.column ?? '']),
    );
    expect(dates.length).toBeGreaterThan(20);
    for (const [table = '', column = ''] of dates)
      expect(
        await refusal(
          it.sql(`SET LOCAL tracker.correction = 'x'; UPDATE ${table} SET ${column} = '2025-02-30'`),
        ),
        `${table}.${column}`,
      ).toMatch(/_check$|^22/);
  });

  test.each([
    ['calls', 'initial-2025', { openedOn: '2025-07', closedOn: '2025-06' }, '/closedOn'],
    [
      'funding-figures',
      'fund-seed-004-program-200b',
      { scope: { periodFrom: '2026', periodTo: '2025-12-31' } },
      '/scope/periodTo',
    ],
    ['partnerships', 'kakao-openai', { startedOn: '2025-02-04', endedOn: '2025-02-03' }, '/endedOn'],
  ])('an end in %s does not lie before its beginning', async (resource, id, patch, pointer) => {
    expect(await http.patch(`${resource}/${id}`, patch)).toBe(`422 validation-failed ${pointer}`);
  });
});

describe('an id is a slug', () => {
  const wrong = ['Upper', 'a_b', 'a--b', '-a', 'a-', 'a b', 'é', '', 'a\n', 'x'.repeat(81), 'a/b', '.'];
  test.each(wrong.map((id) => [id]))('%j is refused', async (id) => {
    expect(await http.post('sources', { id, kind: 'press', title: 'x', language: 'en' })).toBe(
      '422 validation-failed /id',
    );
    expect(
      await refusal(
        it.sql(`INSERT INTO sources (id, kind, title, language) VALUES ($1, 'press', 'x', 'en')`, [id]),
      ),
    ).toBe('sources_id_check');
  });
});

describe('a natural key names one row, and nulls in it are equal', () => {
  test('decisions: programme, round, consortium and outcome', async () => {
    expect(await refusal(decided(it, c, 'selected', '2025-01-01'))).toBe(
      'decisions_program_round_consortium_outcome_key',
    );
    const again = {
      program: c.program,
      consortium: c.consortiums[0],
      outcome: 'selected',
      decidedOn: '2025-01-01',
      sources: [c.source],
    };
    expect(await http.post('decisions', again)).toBe(
      '409 already-exists /program /round /consortium /outcome',
    );
  });

  test.each([
    ['rounds', { program: 'kr-safm', ordinal: 2, state: 'planned' }, '/program /ordinal'],
    [
      'evaluations',
      { round: 'kr-safm-round-2', consortium: 'sk-telecom', criterion: 'r2-expert', status: 'undisclosed' },
      '/round /consortium /criterion',
    ],
    [
      'aliases',
      { entity: { type: 'organization', id: 'sk-telecom' }, alias: 'SKT', language: 'en' },
      '/entity/type /entity/id /alias',
    ],
  ])('%s', async (resource, row, pointers) => {
    expect(await http.post(resource, { ...row, sources: ['seed-004'] })).toBe(
      `409 already-exists ${pointers}`,
    );
  });

  test.each([
    [
      'benchmark_results',
      'model, benchmark, qualifier, NULL',
      'model, benchmark, qualifier, measured_on',
      'score',
    ],
    ['disclosures', 'program, NULL, disclosed_on, title', 'program, round, disclosed_on, title', 'what'],
  ])('%s with a null in its key', async (table, values, columns, more) => {
    await it.sql('BEGIN');
    const copy = `INSERT INTO ${table} (${columns}, ${more}, sources) SELECT ${values}, ${more}, sources FROM (SELECT * FROM ${table} ORDER BY id LIMIT 1) AS one`;
    await it.sql(`DELETE FROM ${table} WHERE id <> (SELECT min(id::text)::uuid FROM ${table})`);
    const first = await refusal(it.sql(`SAVEPOINT s; ${copy}`));
    if (first !== 'accepted') await it.sql('ROLLBACK TO SAVEPOINT s');
    expect(await refusal(it.sql(copy))).toMatch(/_key$/);
    await it.sql('ROLLBACK');
  });
});
