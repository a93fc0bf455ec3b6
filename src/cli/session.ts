/** What every command works with. */
import type { Client } from './client.ts';
import type { Interrupt } from './interrupt.ts';

export interface Session {
  client: Client;
  interrupt: Interrupt;
}
