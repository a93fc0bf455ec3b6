/**
 * Observable Plot, loaded when the first chart is asked for: 16 MB that most servers never need. Its own types want a
 * browser's, so that as much of it as is used here is typed again.
 */
type Datum = Record<string, unknown>;
type Channel = string | number | boolean | null | ((datum: never) => unknown);
type Mark = object;
type MakeMark = (
  data: readonly object[] | readonly (string | number | Date)[],
  options?: Record<string, Channel | object>,
) => Mark;

interface Plot {
  plot: (options: object) => { outerHTML: string; getAttribute: (name: string) => string };
  barX: MakeMark;
  dot: MakeMark;
  dotX: MakeMark;
  link: MakeMark;
  rectX: MakeMark;
  ruleX: MakeMark;
  ruleY: MakeMark;
  text: MakeMark;
  tickX: MakeMark;
}

interface Parser {
  parseHTML: (html: string) => { document: object };
}

export interface PlotOptions {
  height: number;
  marginLeft?: number;
  marginRight?: number;
  marginTop?: number;
  marginBottom?: number;
  x?: Datum;
  y?: Datum;
  color?: Datum;
  marks: Mark[];
}

export const plotMarks = (): Promise<Omit<Plot, 'plot'>> =>
  import('@observablehq/plot') as Promise<unknown> as Promise<Plot>;

/** The drawing as SVG, and its height in pixels. */
export async function drawn(options: PlotOptions & { width: number; style: object }): Promise<{
  markup: string;
  height: number;
}> {
  const [{ plot }, { parseHTML }] = await Promise.all([
    import('@observablehq/plot') as Promise<unknown> as Promise<Plot>,
    import('linkedom') as Promise<unknown> as Promise<Parser>,
  ]);
  const { document } = parseHTML('<html><body></body></html>');
  const svg = plot({ ...options, document });
  return { markup: svg.outerHTML, height: Number(svg.getAttribute('height')) };
}
