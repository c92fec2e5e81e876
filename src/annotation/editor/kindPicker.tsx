import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import { useRef } from 'react';
import {
  continuesIcon,
  functionsIcon,
  importsIcon,
  metricsIcon,
  parametersIcon,
  skipIcon,
  stepIcon
} from '../../icons';
import type { EditorKind } from './cellEditor';

interface Choice {
  readonly kind: EditorKind;
  readonly icon: LabIcon;
  readonly title: string;
  /** The letter that picks it with Alt: it stands in the title. */
  readonly letter: string;
}

export function kindChoices(trans: TranslationBundle): readonly Choice[] {
  return [
    { kind: 'imports', icon: importsIcon, title: trans.__('Imports'), letter: 'I' },
    { kind: 'functions', icon: functionsIcon, title: trans.__('Functions'), letter: 'F' },
    { kind: 'parameters', icon: parametersIcon, title: trans.__('Parameters'), letter: 'P' },
    { kind: 'step', icon: stepIcon, title: trans.__('Step'), letter: 'S' },
    { kind: 'metrics', icon: metricsIcon, title: trans.__('Metrics'), letter: 'M' },
    { kind: 'skip', icon: skipIcon, title: trans.__('Skip'), letter: 'k' },
    { kind: 'continue', icon: continuesIcon, title: trans.__('Continue'), letter: 'C' }
  ];
}

/** The kind that a key with Alt picks; null for other keys. */
export function kindOfKey(event: KeyboardEvent, choices: readonly Choice[]): EditorKind | null {
  if (!event.altKey || event.ctrlKey || event.metaKey) return null;
  const found = choices.find(({ letter }) => event.code === `Key${letter.toUpperCase()}`);
  return found?.kind ?? null;
}

/** One choice of several; arrow keys move, as in every group of radio buttons. */
export function KindPicker(props: {
  readonly choices: readonly Choice[];
  readonly value: EditorKind | null;
  readonly label: string;
  /** @param isWalking whether the arrow keys go through the kinds, and may go on. */
  readonly onChange: (kind: EditorKind, isWalking: boolean) => void;
}) {
  const group = useRef<HTMLDivElement>(null);
  const { choices, value } = props;
  const stop = choices.some(({ kind }) => kind === value) ? value : choices[0]!.kind;
  const move = (by: number): void => {
    const at = choices.findIndex(({ kind }) => kind === stop);
    const next = (at + by + choices.length) % choices.length;
    props.onChange(choices[next]!.kind, true);
    (group.current?.children[next] as HTMLElement | undefined)?.focus();
  };
  return (
    <div
      ref={group}
      role="radiogroup"
      aria-label={props.label}
      className="jp-chard-Kinds"
      onKeyDown={event => {
        const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        move(by);
      }}
    >
      {choices.map(({ kind, icon: Icon, title, letter }) => (
        <button
          key={kind}
          type="button"
          role="radio"
          aria-checked={kind === value}
          aria-keyshortcuts={`Alt+${letter.toUpperCase()}`}
          tabIndex={kind === stop ? 0 : -1}
          className="jp-chard-Kinds-choice"
          onClick={() => props.onChange(kind, false)}
        >
          <Icon.react tag="span" className="jp-chard-icon" />
          <span>{underlined(title, letter)}</span>
        </button>
      ))}
    </div>
  );
}

/** A translated title may lack the letter: then it stands behind. */
function underlined(title: string, letter: string) {
  const at = title.indexOf(letter);
  if (at < 0) return `${title} (${letter.toUpperCase()})`;
  return (
    <>
      {title.slice(0, at)}
      <u>{title.slice(at, at + 1)}</u>
      {title.slice(at + 1)}
    </>
  );
}
