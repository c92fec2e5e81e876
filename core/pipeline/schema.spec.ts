import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Pipeline } from './model';

const FILE = join(__dirname, '..', '..', 'schema', 'pipeline.schema.json');

/** `UPDATE_SCHEMA=1` writes the file anew; prettier lays it out. */
test('schema/pipeline.schema.json is the schema of what chard graph prints', () => {
  const schema = {
    $id: 'pipeline.schema.json',
    title: 'A pipeline, as `chard graph` prints it',
    ...z.toJSONSchema(Pipeline)
  };
  const published = JSON.parse(JSON.stringify(schema)) as unknown;
  if (process.env.UPDATE_SCHEMA === '1') writeFileSync(FILE, JSON.stringify(published));
  expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual(published);
});
