/** What the commands on runs take, as JSON Schemas. */

const ONE = {
  run: { type: 'string', description: 'The run’s id; else the one that is shown, or selected.' },
  of: {
    enum: ['list', 'selection'],
    description:
      '`list`: the row that the context menu was opened on; `selection`: the selected ones, whatever is shown.'
  }
} as const;

const SEVERAL = {
  runs: {
    type: 'array',
    items: { type: 'string' },
    description: 'Ids; else the one that is shown, or the selected ones.'
  },
  of: ONE.of
} as const;

export const step = {
  type: 'object',
  properties: {
    run: { type: 'string', description: 'Its id; else the run and the step that are shown.' },
    step: { type: 'string' }
  }
} as const;

export const rename = {
  type: 'object',
  properties: {
    ...ONE,
    title: { type: 'string', description: 'Without it, it is asked for; empty removes it.' }
  }
} as const;

export const oneOrSeveral = { type: 'object', properties: { ...ONE, ...SEVERAL } } as const;

export const remove = {
  type: 'object',
  properties: {
    ...ONE,
    ...SEVERAL,
    ask: { type: 'boolean', description: 'false deletes without asking.' }
  }
} as const;

export const one = { type: 'object', properties: ONE } as const;

export const restore = {
  type: 'object',
  properties: {
    ...ONE,
    folder: { type: 'string', description: 'Below Jupyter’s root; else it is asked for.' },
    withResults: { type: 'boolean', description: 'Also what the steps wrote.' }
  }
} as const;

export const several = { type: 'object', properties: SEVERAL } as const;

export const open = {
  type: 'object',
  properties: {
    run: {
      type: 'string',
      description: 'Its id; else the notebook’s last run, or the last of all.'
    }
  }
} as const;

export const goToCell = {
  type: 'object',
  properties: {
    ...step.properties,
    cell: { type: 'integer', minimum: 0, description: 'Index over all cells, as it ran.' },
    line: { type: 'integer', minimum: 1, description: 'A line to be marked as failed.' }
  }
} as const;

export const compare = {
  type: 'object',
  properties: {
    runs: {
      type: 'array',
      items: { type: 'string' },
      minItems: 1,
      description:
        'Ids; the others are compared with the first. Else the run that is shown, with the one before it, or those that are selected.'
    }
  }
} as const;
