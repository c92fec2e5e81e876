/** What the commands that annotate cells take, as JSON Schemas. */
import { KINDS } from './kinds';

const CELLS_SCHEMA = {
  type: 'array',
  items: { type: 'integer', minimum: 0 },
  description: 'Indexes over all cells; without them, the selected cells.'
} as const;

export const toggleLines = {
  type: 'object',
  properties: { shown: { type: 'boolean', description: 'Without it, the other way.' } }
} as const;

export const setKind = {
  type: 'object',
  required: ['kind'],
  properties: { kind: { enum: [...KINDS] }, cells: CELLS_SCHEMA }
} as const;

export const joinStep = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string', minLength: 1 }, cells: CELLS_SCHEMA }
} as const;

export const renameStep = {
  type: 'object',
  required: ['from', 'to'],
  properties: { from: { type: 'string' }, to: { type: 'string', minLength: 1 } }
} as const;

export const goToCell = {
  type: 'object',
  required: ['cell'],
  properties: {
    cell: { type: 'integer', minimum: 0, description: 'Index over all cells.' },
    line: { type: 'integer', minimum: 1 }
  }
} as const;
