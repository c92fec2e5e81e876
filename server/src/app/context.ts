import type { Host } from '../host';
import type { Backend } from './backend';
import type { Root } from './root';

/** What the routes have of the world. */
export interface App {
  readonly host: Host;
  readonly root: Root;
  /** Changes with every start. */
  readonly instance: string;
  /** Runs that were gone on with when the server started. */
  readonly resumed: readonly string[];
  /** @throws ChardError where the stores cannot be opened. */
  open(): Backend;
}
