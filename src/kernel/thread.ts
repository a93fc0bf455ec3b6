import { codeAt } from './package.ts';

/** Where a thread begins. From the sources, as in tests and in development, it needs the loader that is at work here too. */
export function threadEntry(name: string): URL {
  const file = codeAt(name);
  if (!file.pathname.endsWith('.ts')) return file;
  const loader = import.meta.resolve('tsx/esm/api');
  const code = `import { register } from ${JSON.stringify(loader)}; register(); await import(${JSON.stringify(file.href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}
