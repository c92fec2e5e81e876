import { useEffect, useId, useRef, type KeyboardEvent } from 'react';

export interface Tab {
  readonly id: string;
  readonly title: string;
  /** Behind the title: how much there is. */
  readonly count?: string;
  render(): React.ReactNode;
}

/** Tabs with one panel. Arrow keys go from one to the next, as the ARIA practices have it. */
export function Tabs(props: {
  readonly tabs: readonly Tab[];
  readonly active: string;
  readonly onActive: (id: string) => void;
}) {
  const { tabs, active, onActive } = props;
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const shown = tabs.find(tab => tab.id === active) ?? tabs[0]!;
  const walk = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey) return;
    const at = tabs.indexOf(shown);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + tabs.length) % tabs.length;
    onActive(tabs[next]!.id);
  };
  useEffect(() => {
    if (!list.current?.contains(document.activeElement)) return;
    list.current.querySelector<HTMLElement>('[aria-selected=true]')?.focus();
  }, [shown.id]);
  return (
    <>
      <div role="tablist" className="jp-chard-Tabs" ref={list} onKeyDown={walk}>
        {tabs.map(tab => (
          <button
            key={tab.id}
            id={`${id}${tab.id}`}
            type="button"
            role="tab"
            aria-selected={tab === shown}
            aria-controls={`${id}panel`}
            tabIndex={tab === shown ? 0 : -1}
            onClick={() => onActive(tab.id)}
          >
            {tab.title}
            {tab.count && <span className="jp-chard-Tabs-count"> {tab.count}</span>}
          </button>
        ))}
      </div>
      <div
        id={`${id}panel`}
        role="tabpanel"
        aria-labelledby={`${id}${shown.id}`}
        className="jp-chard-Inspector-body"
      >
        {shown.render()}
      </div>
    </>
  );
}
