/** The pages for people and crawlers: the front page, the explanations of problems, the API catalogue. */
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { Problem, isProblemCode, problemTypes } from '../kernel/problems.ts';
import { didYouMean } from '../kernel/nearest.ts';
import { listTag, sendTagged } from './reply.ts';

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);
/** Backticks in our own texts are code. */
const prose = (text: string): string => escape(text).replace(/`([^`]+)`/g, '<code>$1</code>');

const style = `
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
  body { font: 1rem/1.55 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
  h1 { font-size: 1.6rem; line-height: 1.2; } h2 { font-size: 1.1rem; margin-top: 2rem; }
  code { font-size: .92em; } a { text-underline-offset: .15em; }
  table { border-collapse: collapse; width: 100%; } td, th { border-bottom: 1px solid var(--line); padding: .4rem .6rem .4rem 0; text-align: left; vertical-align: top; }
  td:first-child { white-space: nowrap; }
  @media (max-width: 30rem) { table, tbody, tr, td { display: block; border: 0; padding: .1rem 0; } tr { border-bottom: 1px solid var(--line); padding: .5rem 0; } thead { display: none; } }`;

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title><style>${style}</style></head><body>${body}</body></html>`;

const styleHash = createHash('sha256').update(style).digest('base64');
const pageHeaders = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'cache-control': 'public, max-age=300',
};

interface Link {
  href: string;
  text: string;
  says: string;
}

export interface Contents {
  views: Link[];
  resources: Link[];
}

export function pages(app: FastifyInstance, contents: Contents): void {
  const html = (path: string, body: (parameters: Record<string, string>) => string): void => {
    app.get(path, { config: { open: true } }, (request, reply) => {
      const text = body(request.params as Record<string, string>);
      return sendTagged(request, reply, {
        body: text,
        type: 'text/html; charset=utf-8',
        etag: listTag(text),
        headers: pageHeaders,
      });
    });
  };
  html('/', () => frontPage(contents));
  html('/problems', () => problemList());
  html('/problems/:code', ({ code = '' }) => problemPage(code));
  app.get('/.well-known/api-catalog', { config: { open: true } }, (request, reply) => {
    const base = `${request.protocol}://${request.host}`;
    const body = JSON.stringify({
      linkset: [
        {
          anchor: `${base}/v1`,
          'service-desc': [
            { href: `${base}/openapi.json`, type: 'application/vnd.oai.openapi+json;version=3.1' },
            { href: `${base}/openapi.yaml`, type: 'application/vnd.oai.openapi;version=3.1' },
          ],
          'service-doc': [{ href: `${base}/docs`, type: 'text/html' }],
          status: [{ href: `${base}/readyz`, type: 'application/json' }],
        },
      ],
    });
    void reply.header('link', '</.well-known/api-catalog>; rel="api-catalog"').header('vary', 'Host');
    return sendTagged(request, reply, {
      body,
      type: 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"',
      etag: listTag(body),
    });
  });
}

const rows = (links: Link[]): string =>
  links
    .map(
      ({ href, text, says }) =>
        `<tr><td><a href="${escape(href)}">${escape(text)}</a></td><td>${prose(says)}</td></tr>`,
    )
    .join('');

const frontPage = ({ views, resources }: Contents): string =>
  page(
    'Sovereign AI tracker',
    `<h1>Sovereign AI tracker</h1>
<p>Who is still in, on whose word, with how much money, judged how. Every fact with its sources, over one API.</p>
<h2>Start here</h2><table><tbody>${rows([
      { href: '/docs', text: 'Swagger UI', says: 'Every operation, to read and to try out.' },
      {
        href: '/openapi.json',
        text: 'OpenAPI 3.1',
        says: 'The description for programs; also as [openapi.yaml](/openapi.yaml).'.replace(
          /\[(.*?)\]\(.*?\)/,
          '$1',
        ),
      },
      { href: '/problems', text: 'Problems', says: 'What each error means and what to do.' },
      {
        href: '/readyz',
        text: 'Readiness',
        says: 'Whether the server and its database are up; `/healthz` asks the process alone.',
      },
      {
        href: '/.well-known/api-catalog',
        text: 'API catalogue',
        says: 'The same links for machines (RFC 9727).',
      },
    ])}</tbody></table>
<h2>Questions</h2><table><tbody>${rows(views)}</tbody></table>
<p>Add <code>?asOf=2025-12-01</code> to any of them, and to any list, for what was public on that day, and <code>?knownAt=</code> with an instant for what this tracker said then.</p>
<h2>Resources</h2><table><tbody>${rows(resources)}</tbody></table>
<p>Any list comes as CSV with <code>?format=csv</code>, ready for a spreadsheet.</p>`,
  );

const problemList = (): string =>
  page(
    'Problems',
    `<h1>Problems</h1><p>Every error is a document of type <code>application/problem+json</code>; its <code>type</code> leads here.</p><table><thead><tr><th>Code</th><th>Meaning</th></tr></thead><tbody>${rows(
      Object.entries(problemTypes).map(([code, { status, title }]) => ({
        href: `/problems/${code}`,
        text: code,
        says: `${status}: ${title}.`,
      })),
    )}</tbody></table><p><a href="/">Start</a></p>`,
  );

function problemPage(code: string): string {
  if (!isProblemCode(code))
    throw new Problem(
      'not-found',
      `There is no problem type \`${code.slice(0, 80)}\`${didYouMean(code, Object.keys(problemTypes)) || '.'}`,
    );
  const { status, title, meaning, remedy } = problemTypes[code];
  return page(
    title,
    `<h1>${escape(title)}</h1><p><code>${code}</code>, HTTP status ${status}</p><h2>What happened</h2><p>${prose(meaning)}</p><h2>What to do</h2><p>${prose(remedy)}</p><p><a href="/problems">All problems</a> · <a href="/docs">Documentation</a></p>`,
  );
}
