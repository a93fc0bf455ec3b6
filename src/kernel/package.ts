/**
 * Where the package and its code lie. Told from here alone, since modules that are bundled (esbuild.config.mjs) lie elsewhere than
 * their sources do.
 */
import { existsSync } from 'node:fs';

const manifest = 'package.json';

function packageAround(place: URL): URL {
  const root = new URL('./', place);
  if (existsSync(new URL(manifest, root))) return root;
  const above = new URL('../', root);
  if (above.href === root.href) throw new Error(`no ${manifest} above ${import.meta.url}`);
  return packageAround(above);
}

export const packageFolder = packageAround(new URL(import.meta.url));

const isSource = import.meta.url.endsWith('.ts');
const codeFolder = new URL(isSource ? 'src/' : 'dist/', packageFolder);

/** Of the code, named as under src and with `.ts`; what is found by looking and begins a bundle of its own. */
export const codeAt = (name: string): URL =>
  new URL(isSource ? name : name.replace(/\.ts$/, '.js'), codeFolder);

/** As files are called where the code is. */
export const codeSuffix = isSource ? '.ts' : '.js';
