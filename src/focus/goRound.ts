import { FOCUSABLE } from './keepFocus';

/** What the Tab key stops at, in its order. */
export function stopsIn(root: HTMLElement): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    stop => stop.tabIndex >= 0 && stop.offsetParent !== null
  );
}

/**
 * Leads the Tab key from the last stop of `root` to the first one, and back from the first to the last, so that it stays inside.
 *
 * @returns whether it did: at all other places the browser leads it
 */
export function goRound(event: KeyboardEvent, root: HTMLElement): boolean {
  if (event.key !== 'Tab') return false;
  const stops = stopsIn(root);
  const at = stops.indexOf(document.activeElement as HTMLElement);
  const isEdge = event.shiftKey ? at <= 0 : at === stops.length - 1;
  if (!isEdge) return false;
  event.preventDefault();
  event.stopPropagation();
  stops.at(event.shiftKey ? -1 : 0)?.focus();
  return true;
}
