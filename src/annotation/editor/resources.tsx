import { isQuantity } from '@chard/core/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useState } from 'react';
import type { CellEditor, EditedStep } from './cellEditor';
import { SelectField, TextField } from './fields';
import { GPU_KINDS, gpuOf, MEMORY_UNITS, splitMemory, withGpu, withLimit } from './quantities';

interface Props {
  readonly editor: CellEditor;
  readonly step: EditedStep;
  readonly trans: TranslationBundle;
}

/** CPU, memory and GPU of a step: the limits that an engine holds it to. */
export function Resources({ editor, step, trans }: Props) {
  const { limits } = step.settings;
  const inherited = step.effective.limits;
  return (
    <>
      <label className="jp-chard-Labelled">
        {trans.__('CPU')}
        <TextField
          label={trans.__('CPU cores')}
          value={limits.cpu ?? ''}
          placeholder={inherited.cpu ?? trans.__('any')}
          width={56}
          onChange={(text, session) => {
            const next = withLimit(limits, 'cpu', text.trim());
            if (next === null) return trans.__('A number of cores, such as 2, 0.5 or 500m.');
            editor.setSetting('limits', next, session);
            return null;
          }}
        />
      </label>
      <MemoryField editor={editor} step={step} trans={trans} />
      <GpuField editor={editor} step={step} trans={trans} />
    </>
  );
}

function MemoryField({ editor, step, trans }: Props) {
  const { limits } = step.settings;
  const quantity = limits.memory ?? '';
  const split = splitMemory(quantity);
  const [emptyUnit, setEmptyUnit] = useState<string>('Gi');
  const unit = split?.unit ?? (quantity === '' ? emptyUnit : '');
  const units = unit === '' ? ['', ...MEMORY_UNITS] : MEMORY_UNITS;
  return (
    <span className="jp-chard-Labelled">
      <label htmlFor="jp-chard-memory">{trans.__('Memory')}</label>
      <TextField
        id="jp-chard-memory"
        label={trans.__('Memory')}
        value={split?.amount ?? quantity}
        placeholder={step.effective.limits.memory ?? trans.__('any')}
        width={56}
        onChange={(text, session) => {
          const typed = text.trim();
          const whole = typed === '' || !isPlainNumber(typed) ? typed : `${typed}${unit}`;
          const next = withLimit(limits, 'memory', whole);
          if (next === null) return trans.__('An amount, such as 8 or 512Mi.');
          editor.setSetting('limits', next, session);
          return null;
        }}
      />
      <SelectField
        label={trans.__('Unit of memory')}
        value={unit}
        options={units.map(each => ({ value: each, title: each === '' ? '–' : each }))}
        onChange={next => {
          setEmptyUnit(next);
          const changed = `${split?.amount ?? quantity}${next}`;
          if (quantity !== '' && isQuantity(changed)) {
            editor.setSetting('limits', { ...limits, memory: changed });
          }
        }}
      />
    </span>
  );
}

function isPlainNumber(text: string): boolean {
  return /^\d+(\.\d+)?$/.test(text);
}

function GpuField({ editor, step, trans }: Props) {
  const { limits } = step.settings;
  const gpu = gpuOf(limits);
  const [emptyKind, setEmptyKind] = useState<string>(GPU_KINDS[0]);
  const kind = gpu?.kind ?? emptyKind;
  const kinds = [...new Set<string>([...GPU_KINDS, kind])];
  return (
    <span className="jp-chard-Labelled">
      <label htmlFor="jp-chard-gpu">{trans.__('GPU')}</label>
      <TextField
        id="jp-chard-gpu"
        label={trans.__('Number of GPUs')}
        value={gpu?.count ?? ''}
        placeholder={trans.__('none')}
        width={48}
        inputMode="numeric"
        onChange={(text, session) => {
          const next = withGpu(limits, { kind, count: text.trim() });
          if (next === null) return trans.__('A whole number.');
          editor.setSetting('limits', next, session);
          return null;
        }}
      />
      <SelectField
        label={trans.__('Kind of GPU')}
        value={kind}
        options={kinds.map(each => ({ value: each, title: each }))}
        onChange={next => {
          setEmptyKind(next);
          if (!gpu) return;
          const changed = withGpu(limits, { kind: next, count: gpu.count });
          if (changed) editor.setSetting('limits', changed);
        }}
      />
    </span>
  );
}
