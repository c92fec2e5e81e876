import { diagnostic, type Diagnostic } from '../diagnostics';
import { editsToAnnotate } from './cell-annotation';
import type { AnnotatedCell, DeclaredStepSettings } from './model';
import { mergeSettings } from './step-defaults';

const SINGLE_FIELDS = ['image', 'cache', 'retries', 'timeoutSeconds', 'description'] as const;
const MAP_FIELDS = [
  'limits',
  'requests',
  'labels',
  'annotations',
  'environment',
  'nodeSelector'
] as const;

const TITLES: Readonly<Record<keyof DeclaredStepSettings, string>> = {
  image: 'image',
  cache: 'caching',
  retries: 'retries',
  timeoutSeconds: 'time limit',
  description: 'description',
  limits: 'limit',
  requests: 'request',
  labels: 'label',
  annotations: 'annotation',
  environment: 'environment variable',
  nodeSelector: 'node selector',
  tolerations: 'toleration',
  secrets: 'secret'
};

/** One setting that a cell says. */
interface SaidSetting {
  /** Two settings with one title and different values contradict each other. */
  readonly title: string;
  readonly value: string;
  /** The cell's settings without this one. */
  readonly without: DeclaredStepSettings;
}

/**
 * Merges what the cells of one step say about its settings. Where two contradict each other the first one
 * holds, and a diagnostic names both cells.
 */
export function mergeStepSettings(
  step: string,
  cells: readonly AnnotatedCell[]
): { settings: DeclaredStepSettings; diagnostics: Diagnostic[] } {
  if (cells.length === 1) return { settings: cells[0]!.annotation.settings, diagnostics: [] };
  const first = new Map<string, { cell: AnnotatedCell; said: SaidSetting }>();
  const diagnostics: Diagnostic[] = [];
  for (const cell of cells) {
    for (const said of saidSettings(cell.annotation.settings)) {
      const earlier = first.get(said.title);
      if (earlier === undefined) first.set(said.title, { cell, said });
      else if (earlier.said.value !== said.value) {
        diagnostics.push(contradiction(step, earlier, { cell, said }));
      }
    }
  }
  const settings = cells
    .map(({ annotation }) => annotation.settings)
    .reduce((before, next) => mergeSettings(before, next));
  return { settings, diagnostics };
}

function contradiction(
  step: string,
  earlier: { cell: AnnotatedCell; said: SaidSetting },
  later: { cell: AnnotatedCell; said: SaidSetting }
): Diagnostic {
  const [first, second] = [earlier.cell.cell.index, later.cell.cell.index];
  return diagnostic(
    'warning',
    'conflicting-settings',
    `Two cells of the step "${step}" say its ${later.said.title} differently: cell ${first} says ` +
      `${earlier.said.value}, cell ${second} says ${later.said.value}. The first one holds: remove one.`,
    {
      cell: second,
      step,
      fixes: [later, earlier].map(({ cell: { cell, annotation }, said }) => ({
        title: `Remove it from cell ${cell.index}`,
        edits: editsToAnnotate(cell, { ...annotation, settings: said.without })
      }))
    }
  );
}

/** Whether the settings say anything at all. */
export function saysSettings(settings: DeclaredStepSettings): boolean {
  return saidSettings(settings).length > 0;
}

function saidSettings(settings: DeclaredStepSettings): SaidSetting[] {
  const single = SINGLE_FIELDS.flatMap((field): SaidSetting[] =>
    settings[field] === null
      ? []
      : [
          {
            title: TITLES[field],
            value: JSON.stringify(settings[field]),
            without: { ...settings, [field]: null }
          }
        ]
  );
  const maps = MAP_FIELDS.flatMap(field =>
    Object.entries(settings[field]).map(([key, value]): SaidSetting => {
      const others = Object.entries(settings[field]).filter(([each]) => each !== key);
      return {
        title: `${TITLES[field]} "${key}"`,
        value: JSON.stringify(value),
        without: { ...settings, [field]: Object.fromEntries(others) }
      };
    })
  );
  const secrets = settings.secrets.map((secret): SaidSetting => ({
    title: `${TITLES.secrets} for the variable "${secret.env}"`,
    value: JSON.stringify(`${secret.secret}:${secret.key}`),
    without: { ...settings, secrets: settings.secrets.filter(each => each !== secret) }
  }));
  // Tolerations add up: no two contradict each other.
  const tolerations = settings.tolerations.map((toleration): SaidSetting => {
    const value = JSON.stringify(toleration);
    return {
      title: `${TITLES.tolerations} ${value}`,
      value,
      without: {
        ...settings,
        tolerations: settings.tolerations.filter(each => each !== toleration)
      }
    };
  });
  return [...single, ...maps, ...secrets, ...tolerations];
}
