import type { RunEvent } from '@chard/core/run';

export type Display = Extract<RunEvent, { type: 'display' }>;

/** `update_display` replaces what was shown under its id; a step's later attempt replaces the former's displays. */
export function shownDisplays(events: Iterable<RunEvent>): Display[] {
  const shown: Display[] = [];
  for (const event of events) {
    if (event.type === 'step-started') {
      remove(shown, display => display.step === event.step);
    } else if (event.type === 'display') {
      const before = event.update
        ? shown.findIndex(({ displayId }) => displayId !== null && displayId === event.displayId)
        : -1;
      if (before >= 0) {
        shown[before] = { ...event, cell: (shown[before] as Display).cell };
      } else {
        shown.push(event);
      }
    }
  }
  return shown;
}

function remove<T>(list: T[], unwanted: (item: T) => boolean): void {
  list.splice(0, list.length, ...list.filter(item => !unwanted(item)));
}
