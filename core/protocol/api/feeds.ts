import { z } from 'zod';
import { RunEvent } from '../../run/events';
import { Nothing, WireFlag, WireInt, type StreamEndpoint } from './endpoint';
import { RunItem, RunParams } from './runs';

/**
 * A run's events after `after` (or the header `Last-Event-ID`), then those that come, until the run is over. The id of
 * each message is its event's `seq`. Text and pictures change no state and are left out unless `output` is set, so `seq` may
 * have gaps. After the last event of a run that is over comes a message of the type `end`; a run that is resumed later
 * has further events, which another request gives.
 */
export const followRun = {
  kind: 'stream',
  method: 'GET',
  path: '/runs/:run/events',
  params: RunParams,
  query: z.strictObject({
    after: WireInt.min(0).default(0),
    output: WireFlag.default(false)
  }),
  message: RunEvent
} as const satisfies StreamEndpoint;

/**
 * What changes in the list of runs. The first message is always `reset`: whoever listens reads the list then, so that
 * nothing is missed between two connections. A run's state within is not told here beyond what `RunItem` has.
 */
export const RunListChange = z.discriminatedUnion('type', [
  z.object({ type: z.literal('reset') }),
  z.object({ type: z.literal('changed'), run: RunItem }),
  z.object({ type: z.literal('deleted'), id: z.string() })
]);
export type RunListChange = z.infer<typeof RunListChange>;

export const followRuns = {
  kind: 'stream',
  method: 'GET',
  path: '/feed',
  params: Nothing,
  query: Nothing,
  message: RunListChange
} as const satisfies StreamEndpoint;
