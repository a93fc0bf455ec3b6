/**
 * Where a thread begins: a file beside the caller. From the sources, as in tests and in development, it needs the loader
 * for TypeScript that is at work here too.
 */
export function threadEntry(caller: string, name: string): URL {
  if (!caller.endsWith('.ts')) return new URL(`${name}.js`, caller);
  const [loader, file] = [import.meta.resolve('tsx/esm/api'), new URL(`${name}.ts`, caller).href];
  const code = `import { register } from ${JSON.stringify(loader)}; register(); await import(${JSON.stringify(file)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}
