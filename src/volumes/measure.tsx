import { byteSize } from '@chard/core/text';
import { measureSnapshot } from '@chard/core/protocol/api';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../controls/button';
import type { ChardApi } from '../runs/api';

interface Counted {
  readonly files: number;
  readonly bytes: number;
}

type State =
  | { readonly phase: 'none' }
  | { readonly phase: 'counting'; readonly so: Counted }
  | {
      readonly phase: 'counted';
      readonly volumes: readonly (Counted & { readonly name: string | null })[];
    }
  | { readonly phase: 'failed'; readonly message: string };

/** How much a snapshot would take: counted when it is asked for, and shown while it is counted. */
export function Measure(props: {
  readonly api: ChardApi;
  /** Of the notebook, below Jupyter's root. */
  readonly path: string;
  readonly isDirty: boolean;
  /** Counts at once, without being asked to. */
  readonly startsItself?: boolean;
  readonly trans: TranslationBundle;
}) {
  const { api, path, isDirty, trans } = props;
  const [state, setState] = useState<State>({ phase: 'none' });
  const counting = useRef<AbortController | null>(null);
  const stop = (): void => {
    counting.current?.abort();
    counting.current = null;
  };
  const count = async (): Promise<void> => {
    stop();
    const end = new AbortController();
    counting.current = end;
    setState({ phase: 'counting', so: { files: 0, bytes: 0 } });
    try {
      const { volumes } = await api.work(
        measureSnapshot,
        { params: {}, query: {}, body: { path } },
        { signal: end.signal, progress: so => setState({ phase: 'counting', so }) }
      );
      if (!end.signal.aborted) setState({ phase: 'counted', volumes });
    } catch (error) {
      if (!end.signal.aborted) setState({ phase: 'failed', message: (error as Error).message });
    }
  };
  useEffect(() => {
    if (props.startsItself) void count();
    return stop;
  }, [path]);
  const amount = ({ files, bytes: size }: Counted): string =>
    trans.__('%1, %2', trans._n('%1 file', '%1 files', files), byteSize(size));
  return (
    <div className="jp-chard-Measure">
      <div className="jp-chard-Measure-actions">
        {state.phase === 'counting' ? (
          <Button
            look="bordered"
            onClick={() => {
              stop();
              setState({ phase: 'none' });
            }}
          >
            {trans.__('Stop counting')}
          </Button>
        ) : (
          <Button look="bordered" onClick={() => void count()}>
            {trans.__('What a snapshot would take')}
          </Button>
        )}
      </div>
      <div role="status">
        {state.phase === 'counting' && <p>{trans.__('So far: %1', amount(state.so))}</p>}
        {state.phase === 'counted' && (
          <ul>
            {state.volumes.map(each => (
              <li key={each.name ?? ''}>
                {each.name ?? trans.__('The notebook’s folder')}: {amount(each)}
              </li>
            ))}
          </ul>
        )}
        {state.phase === 'counted' && isDirty && (
          <p className="jp-chard-hint">{trans.__('Of the notebook as it is saved.')}</p>
        )}
      </div>
      {state.phase === 'failed' && (
        <p role="alert" className="jp-chard-Failure">
          {state.message}
        </p>
      )}
    </div>
  );
}
