import type { Engine } from '../engines/engine';
import { ChardError } from '../errors';
import type { Stores } from '../stores';
import type { Context } from './context';

/**
 * Opens the stores and an engine on them for as long as `work` takes. Runs whose owner is gone are marked as
 * interrupted first, so that what a command shows is true.
 */
export async function withStores<Result>(
  { home }: Pick<Context, 'home'>,
  work: (opened: { stores: Stores; engine: Engine }) => Result | Promise<Result>
): Promise<Result> {
  const [{ openStores }, { createLocalEngine }] = await Promise.all([
    import('../stores'),
    import('../engines/local')
  ]);
  const stores = openStores(home);
  const engine = createLocalEngine({ stores });
  try {
    await recover(engine);
    return await work({ stores, engine });
  } finally {
    await engine.close();
    stores.close();
  }
}

/** A store that may only be read is shown as it is. */
async function recover(engine: Engine): Promise<void> {
  try {
    await engine.recover();
  } catch (error) {
    if (!(error instanceof ChardError && error.code === 'store-read-only')) {
      throw error;
    }
  }
}
