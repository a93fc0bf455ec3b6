import { describe, expect, test } from 'vitest';
import { scopeFor } from '../../src/views/funding/scope.ts';

describe('the scope that stands for a group', () => {
  const scope = (
    covers: string,
    stage: string,
    from: string | null = null,
    to: string | null = null,
    rank = 1,
  ) => ({
    scope: { covers: covers.split(' ').filter(Boolean), stage, periodFrom: from, periodTo: to },
    rank,
  });
  const chosen = (...scopes: ReturnType<typeof scope>[]) => {
    const choice = scopeFor(scopes as [(typeof scopes)[0], ...typeof scopes]);
    return 'open' in choice
      ? choice.open
      : [choice.left.map((one) => scopes.indexOf(one)).join(), choice.steps.join(), choice.scope.periodTo];
  };

  test.each<[string, ReturnType<typeof scope>[], unknown]>([
    ['one alone', [scope('gpu', 'reported')], ['0', '', null]],
    [
      'the whole before a part',
      [scope('gpu', 'appropriated'), scope('total', 'reported')],
      ['1', 'covers', null],
    ],
    [
      'more parts before fewer',
      [scope('gpu data', 'reported'), scope('gpu', 'reported')],
      ['0', 'covers', null],
    ],
    [
      'what is stated before what is not',
      [scope('', 'reported'), scope('gpu', 'reported')],
      ['1', 'covers', null],
    ],
    ['two different parts', [scope('gpu', 'appropriated'), scope('data', 'reported')], 'covers'],
    [
      'the firmer stage',
      [scope('gpu', 'estimate', '2026', '2026'), scope('gpu', 'appropriated', '2025', '2025')],
      ['1', 'stage', '2025'],
    ],
    [
      'the longer period',
      [scope('gpu', 'announced', '2025', '2025'), scope('gpu', 'announced', '2025', '2027')],
      ['1', 'period', '2027'],
    ],
    [
      'two years',
      [scope('gpu', 'announced', '2025', '2025'), scope('gpu', 'announced', '2026', '2026')],
      'period',
    ],
    ['a period and none', [scope('gpu', 'announced'), scope('gpu', 'announced', '2025', '2025')], 'period'],
    [
      'a year, and the same year without its end',
      [scope('gpu', 'announced', '2025'), scope('gpu', 'announced', '2025', '2025')],
      ['0,1', '', '2025'],
    ],
    [
      'one year written in two ways',
      [scope('gpu', 'announced', '2025', '2025'), scope('gpu', 'announced', '2025-01', '2025-12')],
      ['0,1', '', '2025'],
    ],
    [
      'an editor’s rank before all this',
      [scope('total', 'appropriated'), scope('gpu', 'estimate', null, null, 0)],
      ['1', 'rank', null],
    ],
  ])('%s', (_, scopes, expected) => {
    expect(chosen(...scopes)).toEqual(expected);
  });
});
