/** What a key may do. */
export const scopes = ['import', 'import:plan', 'import:apply', 'write', 'admin'] as const;
export type Scope = (typeof scopes)[number];

export interface Key {
  id: string;
  scopes: Scope[];
  /** The programme that it is bound to: it writes nothing that belongs elsewhere. */
  program: string | undefined;
}

export const allows = (key: Key, scope: Scope): boolean =>
  key.scopes.includes('admin') ||
  key.scopes.includes(scope) ||
  (scope.startsWith('import:') && key.scopes.includes('import'));
