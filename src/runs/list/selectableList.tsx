import type { LabIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import { checkIcon } from '../../viewIcons';
import type { RunSelection } from './selection';

/** What a row shows. */
export interface Row {
  readonly id: string;
  readonly tone: string;
  readonly icon: LabIcon;
  /** Shown by the pointer over it. */
  readonly title: string;
  readonly content: ReactNode;
}

interface Options {
  /** What one of them is called in the page: `run` makes `data-run`. */
  readonly kind: string;
  readonly label: string;
  readonly rows: readonly Row[];
  readonly selection: RunSelection;
  readonly open: (id: string) => void;
  /** By `KeyboardEvent.key`: what else a row's keys do. */
  readonly keys: Readonly<Record<string, (id: string) => void>>;
  readonly trans: TranslationBundle;
}

/** A list of which one is opened by a click or `Enter`, and several are selected with Ctrl, Shift, a check mark or the space bar. */
export function SelectableList(props: Options) {
  const { kind, label, rows, selection, open, trans } = props;
  const [focused, setFocused] = useState<string | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const order = rows.map(({ id }) => id);
  const stop = focused !== null && order.includes(focused) ? focused : order[0];
  const focus = (at: number): void => {
    const id = order[Math.min(Math.max(at, 0), order.length - 1)];
    if (id === undefined) return;
    setFocused(id);
    list.current?.querySelector<HTMLElement>(`[data-${kind}="${id}"]`)?.focus();
  };
  const press = (event: KeyboardEvent, id: string): void => {
    if (event.target !== event.currentTarget) return;
    const at = order.indexOf(id);
    const keys: Record<string, (id: string) => void> = {
      ArrowDown: () => focus(at + 1),
      ArrowUp: () => focus(at - 1),
      Home: () => focus(0),
      End: () => focus(order.length - 1),
      Enter: open,
      ' ': () => (event.shiftKey ? selection.extend(id, order) : selection.toggle(id)),
      Escape: () => selection.clear(),
      ...props.keys
    };
    const action = keys[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    action(id);
  };
  const click = (event: MouseEvent, id: string): void => {
    setFocused(id);
    if (event.shiftKey) selection.extend(id, order);
    else if (event.ctrlKey || event.metaKey) selection.toggle(id);
    else open(id);
  };
  return (
    <ul
      ref={list}
      role="listbox"
      aria-multiselectable
      aria-label={label}
      className="jp-chard-Runs-list"
      data-selecting={selection.ids.length > 0}
    >
      {rows.map(({ id, tone, icon: Icon, title, content }) => (
        <li
          key={id}
          role="option"
          aria-selected={selection.has(id)}
          tabIndex={id === stop ? 0 : -1}
          {...{ [`data-${kind}`]: id }}
          data-tone={tone}
          title={title}
          onClick={event => click(event, id)}
          onKeyDown={event => press(event, id)}
        >
          <span
            aria-hidden
            className="jp-chard-Runs-check"
            title={trans.__('Select')}
            onClick={event => {
              event.stopPropagation();
              selection.toggle(id);
            }}
          >
            <checkIcon.react tag="span" className="jp-chard-icon" />
          </span>
          <Icon.react tag="span" className="jp-chard-icon" />
          {content}
        </li>
      ))}
    </ul>
  );
}
