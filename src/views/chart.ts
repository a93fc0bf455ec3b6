/** The SVG form of a view: its answer, drawn. */
import { renderChart, type Chart } from '../charts/frame.ts';
import type { Language } from '../kernel/language.ts';
import type { Asked, Form } from './view.ts';

export const chartForm = <Answer, Query>(
  draw: (answer: Answer, language: Language, asOf: string | undefined) => Promise<Chart>,
): Form<Answer, Query> => ({
  description:
    'A chart that stands on its own (SVG): title, units, legend and sources, labelled in the language asked for, readable in grey and on a phone.',
  write: async (answer, { language, query }: Asked<Query>) =>
    renderChart(await draw(answer, language, query.asOf)),
});
