// What of other people's the server's bundle holds, with their licences, in the form in which JupyterLab's builder says it of
// the extension. A package without a licence file has its text in licenses/; one that has neither ends the build.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const LICENSES_FILE = 'third-party-licenses.json';

const here = dirname(fileURLToPath(import.meta.url));
const LICENSE = /^(licen[cs]e|copying)/i;
/** Packages that ship without the text of their licence. */
const BROUGHT_TEXTS = { '@bufbuild/protobuf': 'bufbuild-protobuf.txt' };

/** The report on the packages that these files are from; files outside of any package are left out. */
export function licenseReport(files) {
  const folders = new Set(files.map(packageFolder).filter(Boolean));
  const packages = [...folders].map(describe);
  packages.push(descriptors(), cloudpickle());
  packages.sort((one, other) => (one.name < other.name ? -1 : 1));
  return JSON.stringify({ packages }, null, 2);
}

function packageFolder(file) {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file)?.[0] ?? null;
}

function describe(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const found = readdirSync(folder).find(entry => LICENSE.test(entry));
  const brought = BROUGHT_TEXTS[name];
  const text = found ? join(folder, found) : brought && join(here, 'licenses', brought);
  if (!text || !existsSync(text)) {
    throw new Error(`${name} has no licence file: put its text into server/licenses.`);
  }
  return entry(name, version, license ?? '', text);
}

/** The messages of Kubeflow Pipelines, whose descriptors lie beside the bundle. */
function descriptors() {
  return entry('kfp-pipeline-spec', '2.17', 'Apache-2.0', join(here, 'licenses/Apache-2.0.txt'));
}

/** The runner carries it, on this machine and into the containers of a cluster. */
function cloudpickle() {
  const folder = join(here, '../runner/chard_runner/_vendor/cloudpickle');
  const source = readFileSync(join(folder, '__init__.py'), 'utf8');
  const version = /__version__ = ["']([^"']+)["']/.exec(source)?.[1];
  if (!version) throw new Error(`${folder} does not say which version of cloudpickle it is.`);
  return entry('cloudpickle', version, 'BSD-3-Clause', join(folder, 'LICENSE'));
}

function entry(name, versionInfo, licenseId, file) {
  return { name, versionInfo, licenseId, extractedText: readFileSync(file, 'utf8') };
}
