/** Who serves requests is not who owns the tables: the role of the API, and how it is told from the owner (see the migration roles). */
export const apiRole = 'tracker_api';

/** As whom to connect. */
export interface Logins {
  /** For requests. */
  url: string;
  /** For migrations: it owns the tables. */
  ownerUrl: string;
}

/** The address of the same database for the role of the API itself, where that may log in. */
export function asApi(url: string): string {
  const api = new URL(url);
  api.username = apiRole;
  return api.href;
}
