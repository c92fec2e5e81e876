import type { TranslationBundle } from '@jupyterlab/translation';
import { useRef, type KeyboardEvent } from 'react';
import { Button } from '../../controls/button';
import { closeSmallIcon, stepIcon } from '../../icons';
import { checkIcon } from '../../viewIcons';
import type { EditedStep } from './cellEditor';

export interface DependenciesProps {
  readonly step: EditedStep;
  readonly trans: TranslationBundle;
  readonly onAdd: (name: string) => void;
  readonly onRemove: (name: string) => void;
  readonly onAcceptAll: () => void;
}

/** What the step comes after, as chips: those that analysis found are dashed until they are accepted. */
export function Dependencies({ step, trans, onAdd, onRemove, onAcceptAll }: DependenciesProps) {
  const list = useRef<HTMLUListElement>(null);
  const walk = (event: KeyboardEvent<HTMLElement>, name: string, derived: boolean): void => {
    const chips = [...(list.current?.querySelectorAll<HTMLElement>('[data-chip]') ?? [])];
    const at = chips.indexOf(event.currentTarget);
    if (event.key === 'ArrowLeft') chips[at - 1]?.focus();
    else if (event.key === 'ArrowRight') chips[at + 1]?.focus();
    else if ((event.key === 'Backspace' || event.key === 'Delete') && !derived) {
      (chips[at - 1] ?? chips[at + 1])?.focus();
      onRemove(name);
    } else return;
    event.preventDefault();
  };
  const derived = step.dependencies.filter(each => each.derived);
  return (
    <div className="jp-chard-Dependencies">
      <ul ref={list} className="jp-chard-Chips" aria-label={trans.__('Depends on')}>
        {step.dependencies.map(({ name, derived: isDerived, names }) => (
          <li key={name}>
            <button
              type="button"
              data-chip
              className={`jp-chard-Chip${isDerived ? ' jp-chard-mod-derived' : ''}`}
              title={
                isDerived
                  ? trans.__('Found by reading the code. Press to write it down.')
                  : trans.__('Press to remove this dependency.')
              }
              onClick={() => (isDerived ? onAdd(name) : onRemove(name))}
              onKeyDown={event => walk(event, name, isDerived)}
            >
              <stepIcon.react tag="span" className="jp-chard-icon" />
              {name}
              {isDerived ? (
                <span className="jp-chard-Chip-note">
                  {names.length > 0
                    ? trans.__('found: reads %1', names.join(', '))
                    : trans.__('found')}
                </span>
              ) : (
                <closeSmallIcon.react tag="span" className="jp-chard-icon" />
              )}
            </button>
          </li>
        ))}
      </ul>
      {derived.length > 0 && (
        <Button look="link" icon={checkIcon} aria-keyshortcuts="Alt+Enter" onClick={onAcceptAll}>
          {derived.length > 1 ? trans.__('Accept all') : trans.__('Accept')}
        </Button>
      )}
      {step.candidates.length > 0 && (
        <select
          className="jp-chard-Select jp-chard-mod-flat"
          aria-label={trans.__('Add a dependency')}
          value=""
          onChange={event => onAdd(event.target.value)}
        >
          <option value="" disabled>
            {trans.__('Add…')}
          </option>
          {step.candidates.map(name => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
      {step.dependencies.length === 0 && step.candidates.length === 0 && (
        <span className="jp-chard-hint">{trans.__('No step comes before this one.')}</span>
      )}
    </div>
  );
}
