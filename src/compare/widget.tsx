import {
  getRunEnvironment,
  listExperiments,
  listRuns,
  type RunItem
} from '@chard/core/protocol/api';
import {
  compareRuns,
  type ComparedRow,
  type ComparedRun,
  type MetricState,
  type RunComparison
} from '@chard/core/run';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { Signal, type ISignal } from '@lumino/signaling';
import { useMemo, useState } from 'react';
import { CommandIds } from '../commands';
import { Button, IconButton } from '../controls/button';
import { Chart } from '../curves/chart';
import { curvePoints } from '../curves/scale';
import { Boundary } from '../failure/boundary';
import { keepFocus } from '../focus/keepFocus';
import { closeSmallIcon, compareIcon, okIcon, plusIcon } from '../icons';
import { metricText } from '../runs/document/metrics';
import { Nothing, Problem } from '../runs/document/notice';
import { useAnswer } from '../runs/useAnswer';
import { useChanges } from '../runs/useChanges';
import type { LiveRun } from '../runs/liveRun';
import type { Runs } from '../runs/runs';
import { duration, parameterText, shortTime, stepTime, stepTitle, stepWord } from '../runs/text';
import { stepStatus } from '../runs/words';
import { comparedNames, experimentsToName } from './names';
import { background, differenceInWords, headline, stepsInWords, whyInWords } from './sentences';
import '../views';

export interface ComparisonServices {
  readonly runs: Runs;
  readonly trans: TranslationBundle;
  readonly commands: CommandRegistry;
}

/** Runs beside each other: what differs in a sentence, then parameters, metrics, curves, and each step with why it differs. */
export class Comparison extends ReactWidget {
  private readonly _changed = new Signal<this, void>(this);

  constructor(
    private readonly services: ComparisonServices,
    private _ids: readonly string[]
  ) {
    super();
    this.addClass('jp-chard-Compare');
    this.disposed.connect(keepFocus(this.node));
  }

  /** Of the runs that are compared. */
  get ids(): readonly string[] {
    return this._ids;
  }

  /** When other runs are compared. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  override render() {
    const { trans } = this.services;
    return (
      <Boundary trans={trans} what={trans.__('The comparison')}>
        <CompareView {...this.services} ids={this._ids} onIds={ids => this.compare(ids)} />
      </Boundary>
    );
  }

  private compare(ids: readonly string[]): void {
    this._ids = ids;
    this.update();
    this._changed.emit();
  }
}

interface Choice {
  readonly ids: readonly string[];
  readonly onIds: (ids: readonly string[]) => void;
}

function CompareView(props: ComparisonServices & Choice) {
  const { runs, ids, trans } = props;
  const live = ids.map(id => runs.get(id));
  useChanges(runs.changed);
  const environments = useEnvironments(runs, ids);
  const compared = comparedRuns(live, environments.answer);
  const comparison = useMemo(
    () => (compared ? compareRuns(compared) : null),
    [environments.answer, live.map(({ id, state }) => `${id} ${state?.seq}`).join()]
  );
  const items = useComparable(runs, live);
  const names = useNames(runs, items, trans);
  const isGone = live.some(run => run.state === null && run.isGone);
  const problem = live.find(run => run.problem !== null)?.problem ?? environments.problem;
  return (
    <>
      <Header {...props} {...{ live, items, names }} />
      {isGone ? (
        <Problem
          message={trans.__('A run that was to be compared is not there any more: it was deleted.')}
          trans={trans}
        />
      ) : (
        problem && <Problem message={problem} onAgain={environments.again} trans={trans} />
      )}
      {ids.length < 2 ? (
        <Nothing>{trans.__('Choose another run to compare this one with.')}</Nothing>
      ) : comparison && compared ? (
        <Body {...props} {...{ live, names, comparison }} />
      ) : (
        !problem && <Nothing>{trans.__('Reading the runs…')}</Nothing>
      )}
    </>
  );
}

/** So many trials of an experiment, the latest ones, can be chosen. */
const MOST_TRIALS = 200;

/** Those that are compared, the others of their notebook, and of their experiments where they are trials. */
function useComparable(runs: Runs, live: readonly LiveRun[]): RunItem[] {
  const compared = live.flatMap(({ item }) => item ?? []);
  const [first] = compared;
  const known = first ? runs.list.of(runs.pathOf(first)) : [];
  const experiments = [...new Set(compared.flatMap(({ trial }) => trial?.experiment ?? []))];
  const { answer: trials } = useAnswer(async signal => {
    const asked = experiments.map(async experiment => {
      const input = { params: {}, query: { experiment, limit: MOST_TRIALS }, body: {} };
      return (await runs.api.ask(listRuns, input, signal)).runs;
    });
    return (await Promise.all(asked)).flat();
  }, experiments.join());
  const all = [...known, ...(trials ?? []), ...compared];
  return [...new Map(all.map(item => [item.id, item])).values()];
}

/** What the runs are called here, by their ids: experiments are asked for only where two would be called the same without them. */
function useNames({ api }: Runs, items: readonly RunItem[], trans: TranslationBundle) {
  const wanted = experimentsToName(items, trans);
  const { answer } = useAnswer(async signal => {
    const asked = wanted.map(async text => {
      const input = { params: {}, query: { text }, body: {} };
      return (await api.ask(listExperiments, input, signal)).experiments;
    });
    return new Map((await Promise.all(asked)).flat().map(({ id, name }) => [id, name]));
  }, wanted.join());
  return comparedNames(items, answer ?? new Map(), trans);
}

/** What each run's Python was, by name. */
function useEnvironments({ api }: Runs, ids: readonly string[]) {
  return useAnswer(
    signal =>
      Promise.all(
        ids.map(async run => {
          const input = { params: { run }, query: {}, body: {} };
          const { environment } = await api.ask(getRunEnvironment, input, signal);
          const { packages, version, platform } = environment;
          return { Python: version, platform, ...packages };
        })
      ),
    ids.join()
  );
}

function comparedRuns(
  live: readonly LiveRun[],
  environments: readonly Record<string, string>[] | null
): ComparedRun[] | null {
  if (!environments || environments.length !== live.length) return null;
  const found = live.flatMap(({ state, pipeline }, at) =>
    state && pipeline ? [{ state, pipeline, environment: environments[at]! }] : []
  );
  return found.length === live.length ? found : null;
}

function Header(
  props: ComparisonServices &
    Choice & {
      readonly live: readonly LiveRun[];
      readonly items: readonly RunItem[];
      readonly names: Names;
    }
) {
  const { runs, ids, onIds, live, items, names, trans } = props;
  const first = live.find(({ item }) => item)?.item ?? null;
  const unused = items.find(({ id }) => !ids.includes(id));
  const replace = (at: number, id: string): void =>
    onIds(ids.map((each, place) => (place === at ? id : each)));
  return (
    <header className="jp-chard-Run-header">
      <compareIcon.react tag="span" className="jp-chard-icon" />
      <h1>{trans.__('Compare')}</h1>
      {ids.map((id, at) => (
        <span key={id} className="jp-chard-Compare-run">
          <select
            className="jp-chard-Select"
            aria-label={trans.__('Compared run %1', at + 1)}
            value={id}
            onChange={event => replace(at, event.target.value)}
          >
            {!items.some(item => item.id === id) && <option value={id}>{id}</option>}
            {items.map(item => (
              <option
                key={item.id}
                value={item.id}
                disabled={item.id !== id && ids.includes(item.id)}
              >
                {trans.__('%1 · %2', names.get(item.id)!, shortTime(item.createdAt))}
              </option>
            ))}
          </select>
          {ids.length > 2 && (
            <IconButton
              icon={closeSmallIcon}
              label={trans.__('Leave compared run %1 out', at + 1)}
              onClick={() => onIds(ids.filter(each => each !== id))}
            />
          )}
        </span>
      ))}
      {first !== null && <span className="jp-chard-hint">{runs.pathOf(first)}</span>}
      <span className="jp-chard-Run-actions">
        {ids.length === 2 && live.every(({ state }) => state?.snapshot != null) && (
          <Button
            look="bordered"
            title={trans.__('Their snapshots: files, and the notebook’s cells side by side')}
            onClick={() =>
              void props.commands.execute(CommandIds.compareRunSnapshots, { runs: [...ids] })
            }
          >
            {trans.__('Compare what they saw')}
          </Button>
        )}
        <Button
          look="bordered"
          icon={plusIcon}
          disabled={!unused}
          onClick={() => unused && onIds([...ids, unused.id])}
        >
          {trans.__('Add a run')}
        </Button>
      </span>
    </header>
  );
}

/** What runs are called, by their ids. */
type Names = ReadonlyMap<string, string>;

interface Shown extends ComparisonServices {
  readonly live: readonly LiveRun[];
  readonly comparison: RunComparison;
}

function Body(props: Shown & { readonly names: Names }) {
  const { live, comparison, trans } = props;
  const names = live.map(({ id }) => props.names.get(id) ?? id);
  const phases = live.map(({ state }) => state!.phase);
  return (
    <div className="jp-chard-Compare-body">
      <h2 className="jp-chard-Compare-headline">{headline(comparison, names, trans)}</h2>
      <p className="jp-chard-hint">{background(comparison, phases, trans)}</p>
      <div className="jp-chard-Compare-cards">
        <Numbers {...props} names={names} />
        <Curves {...props} names={names} />
      </div>
      <Steps {...props} names={names} />
    </div>
  );
}

function Numbers({ live, comparison, names, trans }: Shown & { names: readonly string[] }) {
  const { parameters, metrics } = comparison;
  const isPair = names.length === 2;
  const columns = names.length + (isPair ? 2 : 1);
  const times = live.map(({ state }) =>
    state!.startedAt !== null && state!.finishedAt !== null
      ? state!.finishedAt - state!.startedAt
      : null
  );
  const group = (title: string) => (
    <tr className="jp-chard-Table-group">
      <th colSpan={columns} scope="rowgroup">
        {title}
      </th>
    </tr>
  );
  const differing = parameters.filter(({ differs }) => differs).length;
  return (
    <section className="jp-chard-Card">
      <h3>{trans.__('Parameters and metrics')}</h3>
      <table className="jp-chard-Table">
        <thead>
          <tr>
            <th>{trans.__('Name')}</th>
            {names.map((name, at) => (
              <th key={at} className="jp-chard-Table-number">
                {name}
              </th>
            ))}
            {isPair && <th>{trans.__('Difference')}</th>}
          </tr>
        </thead>
        <tbody>
          {parameters.length > 0 &&
            group(trans.__('Parameters, %1 of %2 differ', differing, parameters.length))}
          {parameters.map(row => (
            <NumberRow
              key={row.name}
              row={row}
              text={parameterText}
              whole={value => JSON.stringify(value)}
              difference={isPair ? differenceInWords(row.values[0], row.values[1], trans) : null}
              isCode
              trans={trans}
            />
          ))}
          {metrics.length > 0 && group(trans.__('Metrics'))}
          {metrics.map(row => (
            <NumberRow
              key={row.name}
              row={row}
              text={({ last }: MetricState) => metricText(last)}
              whole={({ last }: MetricState) => String(last)}
              difference={
                isPair ? differenceInWords(row.values[0]?.last, row.values[1]?.last, trans) : null
              }
              trans={trans}
            />
          ))}
          {group(trans.__('Time'))}
          <tr>
            <td>{trans.__('In all')}</td>
            {times.map((time, at) => (
              <td key={at} className="jp-chard-Table-number">
                {time === null ? '' : duration(time)}
              </td>
            ))}
            {isPair && <td>{timeInWords(times[0]!, times[1]!, trans)}</td>}
          </tr>
        </tbody>
      </table>
    </section>
  );
}

function timeInWords(before: number | null, now: number | null, trans: TranslationBundle): string {
  if (before === null || now === null) return '';
  const by = duration(Math.abs(now - before));
  if (by === duration(0)) return trans.__('same');
  return now < before ? trans.__('%1 shorter', by) : trans.__('%1 longer', by);
}

function NumberRow<Value>(props: {
  readonly row: ComparedRow<Value>;
  readonly text: (value: Value) => string;
  /** With all its digits. */
  readonly whole: (value: Value) => string;
  /** Null where more than two are compared. */
  readonly difference: string | null;
  readonly isCode?: boolean;
  readonly trans: TranslationBundle;
}) {
  const { row, text, whole, difference, trans } = props;
  const same = row.differs ? '' : ' jp-chard-mod-same';
  return (
    <tr className={`jp-chard-Compare-row${same}`}>
      <td>{props.isCode ? <code>{row.name}</code> : row.name}</td>
      {row.values.map((value, at) => (
        <td
          key={at}
          className="jp-chard-Table-number"
          title={value === undefined ? undefined : whole(value)}
        >
          {value === undefined ? '–' : text(value)}
        </td>
      ))}
      {difference !== null && <td>{row.differs ? difference : trans.__('same')}</td>}
    </tr>
  );
}

function Curves({ comparison, names, trans }: Shown & { names: readonly string[] }) {
  const curves = comparison.metrics.filter(({ values }) =>
    values.some(metric => (metric?.points.length ?? 0) > 1)
  );
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = curves.find(({ name }) => name === chosen) ?? curves[0];
  if (!shown) return null;
  return (
    <section className="jp-chard-Card">
      <h3>
        {trans.__('Curves')}
        {curves.length > 1 && (
          <select
            className="jp-chard-Select"
            aria-label={trans.__('Metric')}
            value={shown.name}
            onChange={event => setChosen(event.target.value)}
          >
            {curves.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </h3>
      <Chart
        title={shown.name}
        subtitle={trans.__('as the runs logged it')}
        curves={shown.values.flatMap((metric, at) =>
          metric
            ? [
                {
                  id: names[at]!,
                  label: `${names[at]!}, ${metricText(metric.last)}`,
                  points: curvePoints(metric.points)
                }
              ]
            : []
        )}
        height={260}
        trans={trans}
      />
    </section>
  );
}

function Steps({ comparison, live, names, commands, trans }: Shown & { names: readonly string[] }) {
  const now = Date.now();
  return (
    <section className="jp-chard-Card">
      <h3>
        {trans.__('Steps')} <span className="jp-chard-hint">{stepsInWords(comparison, trans)}</span>
      </h3>
      <div className="jp-chard-Compare-steps">
        <table className="jp-chard-Table">
          <thead>
            <tr>
              <th>{trans.__('Step')}</th>
              {names.map((name, at) => (
                <th key={at}>
                  <Button
                    look="inline"
                    title={trans.__('Open the run')}
                    onClick={() => void commands.execute(CommandIds.openRun, { run: live[at]!.id })}
                  >
                    {name}
                  </Button>
                </th>
              ))}
              <th>{trans.__('Outcome')}</th>
              <th>{trans.__('Why')}</th>
              <th>{trans.__('Outputs that differ')}</th>
            </tr>
          </thead>
          <tbody>
            {comparison.steps.map(step => (
              <tr key={step.name}>
                <td>{stepTitle(step.name, trans)}</td>
                {step.states.map((state, at) => {
                  if (!state) return <td key={at}>–</td>;
                  const status = stepStatus(state, trans);
                  return (
                    <td key={at} data-tone={status.tone}>
                      <span className="jp-chard-Counts">
                        <status.icon.react tag="span" className="jp-chard-icon" />
                        {state.phase === 'succeeded' && !state.cached
                          ? stepTime(state, now)
                          : stepWord(state, trans)}
                      </span>
                    </td>
                  );
                })}
                <td data-tone={step.causes.length === 0 ? 'ok' : 'running'}>
                  <span className="jp-chard-Counts">
                    {step.causes.length === 0 ? (
                      <okIcon.react tag="span" className="jp-chard-icon" />
                    ) : (
                      <compareIcon.react tag="span" className="jp-chard-icon" />
                    )}
                    {step.causes.length === 0 ? trans.__('same') : trans.__('differs')}
                  </span>
                </td>
                <td>{whyInWords(step, trans)}</td>
                <td>
                  <code>{step.outputs.join(', ')}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
