import type { TranslationBundle } from '@jupyterlab/translation';
import type { KeyboardEvent, ReactNode } from 'react';
import type { Pointing } from './trial';

/**
 * Makes a drawing of trials usable by keyboard: arrows walk through them in `order`, Home and End go to its ends, Enter
 * opens the run.
 */
export function TrialWalker(
  props: Pointing & {
    readonly label: string;
    /** The trials' numbers. */
    readonly order: readonly number[];
    readonly children: ReactNode;
    readonly trans: TranslationBundle;
  }
) {
  const { label, order, pointed, onPoint, onOpen, children, trans } = props;
  const press = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.altKey || event.metaKey)
      return;
    const at = pointed === null ? -1 : order.indexOf(pointed);
    const go = (index: number) => () =>
      onPoint(order[Math.max(0, Math.min(order.length - 1, index))] ?? null);
    const keys: Record<string, () => void> = {
      ArrowRight: go(at + 1),
      ArrowDown: go(at + 1),
      ArrowLeft: go(at === -1 ? order.length - 1 : at - 1),
      ArrowUp: go(at === -1 ? order.length - 1 : at - 1),
      Home: go(0),
      End: go(order.length - 1),
      Enter: () => pointed !== null && onOpen(pointed),
      Escape: () => onPoint(null)
    };
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };
  return (
    <div
      className="jp-chard-Walker"
      role="application"
      aria-roledescription={trans.__('chart')}
      aria-label={trans.__('%1. Arrow keys go from trial to trial, Enter opens its run.', label)}
      tabIndex={0}
      onKeyDown={press}
      onPointerLeave={() => onPoint(null)}
    >
      {children}
    </div>
  );
}
