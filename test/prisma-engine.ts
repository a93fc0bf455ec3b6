/** Prisma's schema engine, in this process and without its host: the WebAssembly build over adapter-pg. */
import { readFile, readdir } from 'node:fs/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, type SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm';

const prisma = new URL('../prisma/', import.meta.url);
export const everything = { externalTables: [], externalEnums: [] };

interface Glue {
  SchemaEngine: typeof SchemaEngine;
  __wbg_set_wasm: (exports: object) => void;
}
/** As much of WebAssembly as is used here: the types of Node for it come and go with versions. */
interface Assembly {
  instantiate(
    code: Uint8Array,
    imports: object,
  ): Promise<{ instance: { exports: { __wbindgen_start: () => void } } }>;
}
const assembly = (globalThis as unknown as { WebAssembly: Assembly }).WebAssembly;
let glue: Promise<Glue> | undefined;

/** The module keeps one instance for the whole process. */
async function instantiated(): Promise<Glue> {
  const made = (await import('@prisma/schema-engine-wasm/schema_engine_bg')) as unknown as Glue;
  const wasm = new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm'));
  const { instance } = await assembly.instantiate(await readFile(wasm), {
    './schema_engine_bg.js': made,
  });
  // Where the engine leaves its last words.
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: { set_message: console.error },
  });
  made.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return made;
}

/**
 * Lets the engine work on one database; what it tries out happens in empty ones that the function makes. It keeps its
 * lock on migrations until its connections are closed, so they are when the work is done.
 */
export async function withEngine<T>(
  url: string,
  shadow: () => Promise<string>,
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  const { SchemaEngine: Engine } = await (glue ??= instantiated());
  const { provider, adapterName } = new PrismaPg({ connectionString: url });
  const open: SqlDriverAdapter[] = [];
  const connect = async (to: string): Promise<SqlDriverAdapter> => {
    return mended(await new PrismaPg({ connectionString: to }).connect());
  };
  const factory = bindMigrationAwareSqlAdapterFactory({
    provider,
    adapterName,
    connect: async () => {
      const adapter = await connect(url);
      open.push(adapter);
      return adapter;
    },
    // These the engine closes itself.
    connectToShadowDb: async () => connect(await shadow()),
  });
  try {
    return await work(await Engine.new({ datamodels: undefined }, () => undefined, factory));
  } finally {
    await Promise.all(open.map((adapter) => adapter.dispose()));
  }
}

const catalogChar = 18;
const text = 25;
const characterColumn = 6;
interface Results {
  fields?: { dataTypeID: number }[];
}

/** adapter-pg cuts a script at every semicolon, also inside a function, and cannot read the catalog's type "char". */
function mended(adapter: Awaited<ReturnType<PrismaPg['connect']>>): SqlDriverAdapter {
  const open = adapter as unknown as { performIO: (query: unknown) => Promise<Results> };
  const [perform, query] = [open.performIO.bind(adapter), adapter.queryRaw.bind(adapter)];
  let chars: number[] = [];
  open.performIO = async (statement) => {
    const result = await perform(statement);
    chars = [];
    result.fields?.forEach((field, i) => {
      if (field.dataTypeID !== catalogChar) return;
      field.dataTypeID = text;
      chars.push(i);
    });
    return result;
  };
  adapter.queryRaw = async (statement) => {
    const result = await query(statement);
    for (const i of chars) result.columnTypes[i] = characterColumn;
    return result;
  };
  adapter.executeScript = async (script: string) => {
    await adapter.underlyingDriver().query(script);
  };
  return adapter;
}

export async function migrationList(): Promise<MigrationList> {
  const folder = new URL('migrations/', prisma);
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  return {
    baseDir: folder.pathname,
    lockfile: {
      path: 'migration_lock.toml',
      content: await readFile(new URL('migration_lock.toml', folder), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.map(async ({ name }) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: {
            tag: 'ok' as const,
            value: await readFile(new URL(`${name}/migration.sql`, folder), 'utf8'),
          },
        },
      })),
    ),
  };
}

export const schemaFiles = async (): Promise<{ files: { path: string; content: string }[] }> => ({
  files: [{ path: 'schema.prisma', content: await readFile(new URL('schema.prisma', prisma), 'utf8') }],
});
