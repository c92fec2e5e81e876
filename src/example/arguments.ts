/** What the commands that open notebooks as pipelines take, as JSON Schemas. */

export const openExample = {
  type: 'object',
  properties: {
    cwd: { type: 'string', description: 'The folder for the copy, below Jupyter’s root.' },
    isPalette: { type: 'boolean' }
  }
} as const;

export const openAsPipeline = {
  type: 'object',
  properties: {
    path: { type: 'string', description: 'The notebook; without it, the selected ones.' }
  }
} as const;
