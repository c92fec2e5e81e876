import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { LaunchOptions } from '../tokens';

/** What the person's settings say of runs. */
export interface LaunchSettings {
  cache: boolean;
  parallel: number | null;
  snapshot: boolean;
  copyLimit: number;
  /** Remembers the target; undefined where there are no settings. */
  saveTarget?: (target: string) => void;
}

/** What a command's arguments ask for; what is of another type is left out. */
export function optionsOf({
  from,
  only,
  cache,
  parallel,
  snapshot,
  parameters
}: ReadonlyPartialJSONObject): LaunchOptions {
  return {
    ...(typeof from === 'string' && { from }),
    ...(typeof only === 'string' && { only }),
    ...(typeof cache === 'boolean' && { cache }),
    ...(typeof parallel === 'number' && { parallel }),
    ...(typeof snapshot === 'boolean' && { snapshot }),
    ...(typeof parameters === 'object' &&
      parameters !== null && { parameters: parameters as Record<string, unknown> })
  };
}

/**
 * Options with what the settings say where they say nothing.
 * @param notebook whether the notebook itself wants a snapshot; null: it does not say
 */
export function withSettings(
  options: LaunchOptions,
  settings: LaunchSettings,
  notebook: boolean | null
): LaunchOptions {
  return {
    cache: settings.cache,
    snapshot: notebook ?? settings.snapshot,
    copyLimit: settings.copyLimit,
    ...(settings.parallel !== null && { parallel: settings.parallel }),
    ...options
  };
}

/** An argument that is a text; undefined for all else. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
