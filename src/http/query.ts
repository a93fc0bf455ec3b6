/** Reading a query string: each parameter once and none that is unknown; every fault is reported, not the first. */
import { z } from 'zod';
import { faultsOf } from '../kernel/faults.ts';
import { didYouMean } from '../kernel/nearest.ts';
import { refuse, type Fault } from '../kernel/problems.ts';

export type Parameters = Record<string, z.ZodType>;

export interface QueryReader<T> {
  schema: z.ZodObject;
  read(raw: Record<string, unknown>): T;
}

export function queryReader<T>(parameters: Parameters): QueryReader<T> {
  const schema = z.strictObject(parameters);
  const read = (raw: Record<string, unknown>): T => {
    const faults: Fault[] = [];
    const values: Record<string, unknown> = {};
    for (const [parameter, value] of Object.entries(raw)) {
      const known = Object.hasOwn(parameters, parameter) ? parameters[parameter] : undefined;
      if (!known) faults.push(unknownParameter(parameter, Object.keys(parameters)));
      else if (typeof value !== 'string')
        faults.push({
          parameter,
          code: 'repeated-parameter',
          detail: `\`${parameter}\` is given more than once; separate several values by commas`,
        });
      else if (value === '')
        faults.push({ parameter, code: 'invalid-value', detail: `\`${parameter}\` is empty` });
      else values[parameter] = typed(known, value);
    }
    const parsed = schema.safeParse(values);
    if (!parsed.success) {
      const told = new Set(faults.map(({ parameter }) => parameter));
      faults.push(
        ...faultsOf(parsed.error, values, 'parameter').filter(({ parameter }) => !told.has(parameter)),
      );
    }
    if (faults.length > 0) throw refuse(faults, 'invalid-parameter');
    return parsed.data as T;
  };
  return { schema, read };
}

/** As much of a zod schema's definition as decides how its text is read. */
interface Definition {
  type: string;
  innerType?: z.ZodType;
  element?: z.ZodType;
  options?: z.ZodType[];
}

/** What a client typed, as the type its schema expects; what does not fit is left for the schema to refuse. */
function typed(schema: z.ZodType, text: string): unknown {
  const { type, innerType, element, options } = schema.def as unknown as Definition;
  if (innerType) return typed(innerType, text);
  if (element) return text.split(',').map((item) => typed(element, item));
  // A union is "a value, or the word null".
  if (options?.[0]) return typed(options[0], text);
  if (type === 'number' && /^-?[0-9]+(\.[0-9]+)?$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function unknownParameter(parameter: string, known: string[]): Fault {
  const shown = parameter.slice(0, 100);
  return {
    parameter: shown,
    code: 'unknown-parameter',
    detail: `there is no parameter \`${shown}\`${didYouMean(parameter, known) || `; there are ${known.slice(0, 12).join(', ') || 'none here'}${known.length > 12 ? ' and more' : ''}`}`,
  };
}

/** A parameter that takes several values, separated by commas. */
export const listParameter = (
  item: z.ZodType,
  max: number,
  description: string,
  example?: unknown[],
): z.ZodType =>
  z
    .array(item)
    .min(1)
    .max(max)
    .optional()
    .meta({
      description,
      ...(example ? { examples: [example] } : {}),
      param: { style: 'form', explode: false },
    });
