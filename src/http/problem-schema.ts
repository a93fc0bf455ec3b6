import { z } from 'zod';

const fault = z.strictObject({
  pointer: z
    .string()
    .max(1000)
    .regex(/^(\/[^/]*)*$/)
    .optional()
    .meta({ description: 'Where in the body (RFC 6901).', examples: ['/sources'] }),
  parameter: z
    .string()
    .max(200)
    .regex(/^[^]*$/)
    .optional()
    .meta({ description: 'Which parameter.', examples: ['sort'] }),
  code: z
    .string()
    .max(50)
    .regex(/^[a-z-]+$/)
    .meta({ description: 'What is wrong, for programs.', examples: ['source-required'] }),
  detail: z
    .string()
    .max(2000)
    .regex(/^[^]*$/)
    .meta({
      description: 'What is wrong and what would be right, for people.',
      examples: ['name at least one source: the id of a row of /v1/sources'],
    }),
});

const place = (description: string, example: number): z.ZodType =>
  z
    .int()
    .min(0)
    .max(2_147_483_647)
    .meta({ description, format: 'int32', examples: [example] });

/** A fault in a file, with its place. */
export const rowFault = fault
  .extend({
    row: place('The row of the file, the first after the header is 1.', 17).optional(),
    line: place('The line of the file where it begins.', 18).optional(),
    column: place(
      'Of a CSV the cell of the row, else the character of the line; 1 is the first.',
      2,
    ).optional(),
    field: z
      .string()
      .max(200)
      .regex(/^[^]*$/)
      .optional()
      .meta({ description: 'The column of the CSV, or the JSON path.', examples: ['consortium'] }),
    value: z
      .unknown()
      .optional()
      .meta({ description: 'What stood there, shortened.', examples: ['sktelecom'] }),
  })
  .meta({ id: 'RowFault', description: 'One fault of the input; in a file also where it stands.' });

const outdated = z
  .strictObject({
    n: place('The row of the file; removals come after the last.', 17),
    line: place('The line where it begins.', 18).nullable(),
    id: z
      .string()
      .max(80)
      .regex(/^[a-z0-9-]+$/)
      .nullable()
      .meta({ description: 'The row of the tracker.', examples: ['sk-telecom'] }),
    planned: z
      .enum(['create', 'update', 'unchanged', 'delete', 'error'])
      .nullable()
      .meta({ description: 'What the plan says.', examples: ['update'] }),
    now: z
      .enum(['create', 'update', 'unchanged', 'delete', 'error'])
      .nullable()
      .meta({ description: 'What would happen now.', examples: ['unchanged'] }),
  })
  .meta({ id: 'OutdatedRow', description: 'A row that is not as it was when the plan was made.' });

const reference = z
  .strictObject({
    resource: z
      .string()
      .max(50)
      .regex(/^[a-z-]+$/)
      .meta({ description: 'The resource of the row that refers.', examples: ['bids'] }),
    id: z
      .string()
      .max(80)
      .regex(/^[a-z0-9-]+$/)
      .meta({ description: 'Its id.', examples: ['bid-2025-kt'] }),
    field: z
      .string()
      .max(80)
      .regex(/^[A-Za-z.]+$/)
      .meta({ description: 'The field that refers.', examples: ['organization'] }),
    href: z
      .string()
      .max(200)
      .regex(/^\/v1\//)
      .meta({ description: 'Its address.', examples: ['/v1/bids/bid-2025-kt'] }),
  })
  .meta({ id: 'HoldingReference', description: 'A row that keeps another from being deleted.' });

export const problemSchema = z
  .strictObject({
    type: z
      .string()
      .max(100)
      .regex(/^\/problems\/[a-z-]+$/)
      .meta({
        description: 'The page that explains this kind of problem.',
        examples: ['/problems/source-required'],
      }),
    title: z
      .string()
      .max(200)
      .regex(/^[^]*$/)
      .meta({ description: 'The kind of problem, in a line.', examples: ['A fact needs a source'] }),
    status: z
      .int()
      .min(400)
      .max(599)
      .meta({ description: 'The HTTP status.', format: 'int32', examples: [422] }),
    detail: z
      .string()
      .max(4000)
      .regex(/^[^]*$/)
      .meta({
        description: 'What went wrong this time.',
        examples: ['name at least one source: the id of a row of /v1/sources'],
      }),
    instance: z
      .string()
      .max(8000)
      .regex(/^[^]*$/)
      .meta({ description: 'The path that was asked for.', examples: ['/v1/organizations'] }),
    code: z
      .string()
      .max(50)
      .regex(/^[a-z-]+$/)
      .meta({ description: 'The last part of `type`, for programs.', examples: ['source-required'] }),
    requestId: z
      .string()
      .max(128)
      .regex(/^[^\s]*$/)
      .meta({
        description: 'The id of the request, as the log has it.',
        examples: ['0199f6a2-7c1e-7d34-9a51-0c8c3f3f6b1d'],
      }),
    errors: z.array(rowFault).max(1000).optional().meta({ description: 'Every fault of the input.' }),
    references: z
      .array(reference)
      .max(50)
      .optional()
      .meta({ description: 'Who refers to the row that was to be deleted.' }),
    import: z
      .string()
      .max(100)
      .regex(/^\/v1\/imports\//)
      .optional()
      .meta({
        description: 'The import that was refused; its rows tell more.',
        examples: ['/v1/imports/0199f6a2-7c1e-7d34-9a51-0c8c3f3f6b1d'],
      }),
    history: z
      .string()
      .max(200)
      .regex(/^\/v1\//)
      .optional()
      .meta({
        description: 'The versions of the row that was deleted.',
        examples: ['/v1/milestones/ms-aaii-listing/history'],
      }),
    rows: z
      .array(outdated)
      .max(100)
      .optional()
      .meta({ description: 'The rows that are not as planned any more.' }),
  })
  .meta({ id: 'Problem', description: 'A refusal (RFC 9457).' });
