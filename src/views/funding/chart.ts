/**
 * The claims about money as dots, a row for each subject, kind and scope, in the currency that most of them state. The
 * axis is logarithmic, since a team's data budget and a whole programme differ a thousandfold. The preferred claim is
 * filled, the others are rings, and a line joins amounts of one scope that contradict each other.
 */
import { colours, type Chart } from '../../charts/frame.ts';
import { plotMarks } from '../../charts/plot.ts';
import { shortened } from '../../charts/text.ts';
import { sourceLine } from '../../charts/words.ts';
import type { Language } from '../../kernel/language.ts';
import type { answerOf } from './rules.ts';
import { phrases } from '../timeline/phrases.ts';

type Funding = ReturnType<typeof answerOf>;

const words: Record<
  Language,
  {
    title: string;
    unit: (currency: string, rest: number) => string;
    preferred: string;
    other: string;
    contradiction: string;
    empty: string;
    cut: (n: number) => string;
  }
> = {
  en: {
    title: 'Claims about the money, by subject and scope',
    unit: (currency, rest) =>
      `Amounts in ${currency} as the sources state them, logarithmic axis${rest === 0 ? '' : `; ${rest} claims in other currencies are not drawn`}`,
    preferred: 'preferred claim',
    other: 'other claim',
    contradiction: 'claims of one scope that differ',
    empty: 'No claims are known.',
    cut: (n) => ` The ${n} rows with the most claims.`,
  },
  ko: {
    title: '예산에 관한 주장, 대상과 범위별',
    unit: (currency, rest) =>
      `출처가 밝힌 ${currency} 금액, 로그 축${rest === 0 ? '' : `; 다른 통화의 주장 ${rest}건은 표시하지 않음`}`,
    preferred: '우선 주장',
    other: '다른 주장',
    contradiction: '같은 범위에서 서로 다른 주장',
    empty: '알려진 주장이 없습니다.',
    cut: (n) => ` 주장이 가장 많은 ${n}개 행.`,
  },
  fr: {
    title: 'Montants annoncés, par objet et périmètre',
    unit: (currency, rest) =>
      `Montants en ${currency} tels que publiés, axe logarithmique${rest === 0 ? '' : ` ; ${rest} montants dans d’autres monnaies ne figurent pas`}`,
    preferred: 'montant retenu',
    other: 'autre montant',
    contradiction: 'montants d’un même périmètre qui diffèrent',
    empty: 'Aucun montant connu.',
    cut: (n) => ` Les ${n} lignes les plus fournies.`,
  },
};

const most = 22;

/** The currency that most claims are stated in. */
function mainCurrency({ groups }: Funding): string | undefined {
  const counts = new Map<string, number>();
  for (const { scopes } of groups)
    for (const { claims } of scopes)
      for (const { money } of claims) counts.set(money.currency, (counts.get(money.currency) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0];
}

function rowsOf({ groups }: Funding, currency: string, language: Language) {
  return groups.flatMap(({ subject, kind, scopes }) =>
    scopes.flatMap(({ scope, preferred, claims }) => {
      const stated = claims.filter(({ money }) => money.currency === currency);
      if (stated.length === 0) return [];
      // The programme is in the title's place; only others are named.
      const whose = subject.type === 'program' ? '' : `${subject.name}: `;
      const about = `${whose}${phrases[language].money[kind] ?? kind} · ${scope.words}`;
      return [{ about, preferred: preferred.claim, stated }];
    }),
  );
}

export async function fundingChart(funding: Funding, language: Language, asOf?: string): Promise<Chart> {
  const say = words[language];
  const compact = new Intl.NumberFormat(language, { notation: 'compact' });
  const currency = mainCurrency(funding);
  const every = currency === undefined ? [] : rowsOf(funding, currency, language);
  const rows = every
    .toSorted((a, b) => b.stated.length - a.stated.length)
    .slice(0, most)
    .map((row, i) => ({ ...row, label: `${i + 1}. ${row.about}` }));
  const dots = rows
    .flatMap(({ label, preferred, stated }) =>
      stated.map((claim) => ({
        label,
        value: Number(claim.money.amount),
        isPreferred: claim.id === preferred,
      })),
    )
    .map((one) => ({ ...one, fill: one.isPreferred ? colours.dark : '#fff' }))
    // The preferred one is drawn last, so that no other covers it.
    .toSorted((a, b) => Number(a.isPreferred) - Number(b.isPreferred));
  const spans = rows.map(({ label, stated }) => {
    const values = stated.map(({ money }) => Number(money.amount));
    return { label, from: Math.min(...values), to: Math.max(...values) };
  });
  const all = funding.groups.flatMap(({ scopes }) => scopes.flatMap(({ claims }) => claims));
  const { dot, link, ruleY, text } = await plotMarks();
  return {
    language,
    title: say.title,
    subtitle: `${say.unit(currency ?? '', all.length - every.reduce((n, { stated }) => n + stated.length, 0))}.${every.length > most ? say.cut(most) : ''}`,
    legend: [
      { text: say.preferred, colour: colours.dark, shape: 'dot' },
      { text: say.other, colour: colours.dark, shape: 'ring' },
      { text: say.contradiction, colour: colours.warm, shape: 'line' },
    ],
    source: sourceLine(
      language,
      all.flatMap(({ sources }) => sources),
      asOf,
    ),
    empty: say.empty,
    ...(rows.length === 0
      ? {}
      : {
          plot: {
            height: 36 + rows.length * 34,
            marginLeft: 8,
            marginRight: 16,
            marginTop: 16,
            x: {
              type: 'log',
              label: null,
              grid: true,
              tickFormat: (value: number) => compact.format(value),
              ticks: 5,
              nice: true,
            },
            y: {
              type: 'point',
              label: null,
              domain: rows.map(({ label }) => label),
              axis: null,
              padding: 0.6,
            },
            marks: [
              ruleY(
                rows.map(({ label }) => label),
                { stroke: colours.line },
              ),
              link(
                spans.filter(({ from, to }) => to > from),
                {
                  x1: 'from',
                  x2: 'to',
                  y1: 'label',
                  y2: 'label',
                  stroke: colours.warm,
                  strokeWidth: 2.5,
                },
              ),
              dot(dots, {
                x: 'value',
                y: 'label',
                r: 3.8,
                fill: 'fill',
                stroke: colours.dark,
                strokeWidth: 1.2,
              }),
              text(rows, {
                y: 'label',
                frameAnchor: 'left',
                dy: -12,
                textAnchor: 'start',
                fontSize: 10.5,
                fill: colours.ink,
                text: ({ label }: { label: string }) => shortened(label, 10.5, 340),
              }),
            ],
          },
        }),
  };
}
