import { useRef, type KeyboardEvent } from 'react';
import type { Choosing } from './graph';

/**
 * Rows of steps of which one is a stop of the Tab key: up and down choose the one above or below, Enter leads on to what is known of it.
 *
 * @param order the steps' names, as the rows stand; each row has its own as `data-row`
 */
export function useRowKeys(
  order: readonly string[],
  { selected, onSelect, onEnter }: Choosing
): {
  readonly stop: string | undefined;
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
} {
  const latest = useRef({ order, selected, onSelect, onEnter });
  latest.current = { order, selected, onSelect, onEnter };
  const onKeyDown = useRef((event: KeyboardEvent<HTMLElement>): void => {
    const { order, selected, onSelect, onEnter } = latest.current;
    const name = (event.target as HTMLElement).dataset.row;
    if (name === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) {
      const next = order[order.indexOf(name) + by];
      const rows = event.currentTarget.querySelectorAll<HTMLElement>('[data-row]');
      [...rows].find(({ dataset }) => dataset.row === next)?.focus();
      if (next !== undefined) onSelect(next);
    } else if (event.key === 'Enter' && name === selected) onEnter();
    else return;
    event.preventDefault();
  });
  const isThere = selected !== null && order.includes(selected);
  return { stop: isThere ? selected : order[0], onKeyDown: onKeyDown.current };
}
