/** What the commands that bring a pipeline somewhere take, as JSON Schemas. */

const TARGET = {
  type: 'string',
  description: 'Where it goes: `local`, `kfp`; the chosen target.'
} as const;

const CACHE = {
  type: 'boolean',
  description: 'Whether earlier results may be reused; else as the settings say.'
} as const;

const PARAMETERS = {
  type: 'object',
  description: 'Values by the parameters’ names; the others keep their defaults.'
} as const;

export const part = {
  type: 'object',
  properties: {
    step: { type: 'string', description: 'The step’s name; the active cell’s step.' },
    of: {
      enum: ['cell', 'graph'],
      description: 'The step of the cell, or node, that the context menu was opened on.'
    },
    cache: CACHE
  }
} as const;

export const run = {
  type: 'object',
  properties: {
    target: TARGET,
    from: { type: 'string', description: 'Run this step and those below it.' },
    only: { type: 'string', description: 'Run this step alone.' },
    cache: CACHE,
    parallel: {
      type: 'integer',
      minimum: 1,
      description: 'At most so many steps side by side.'
    },
    snapshot: {
      type: 'boolean',
      description: 'Whether a snapshot is taken first; else as the notebook or the settings say.'
    },
    parameters: PARAMETERS
  }
} as const;

export const withParameters = {
  type: 'object',
  properties: {
    parameters: { ...PARAMETERS, description: 'Values that the form begins with.' },
    target: TARGET
  }
} as const;

export const compile = {
  type: 'object',
  properties: {
    target: TARGET,
    parameters: PARAMETERS,
    show: { type: 'boolean', description: 'false gives the files without showing them.' }
  }
} as const;

export const setTarget = {
  type: 'object',
  required: ['target'],
  properties: { target: TARGET }
} as const;
