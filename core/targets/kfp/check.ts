import { diagnostic, type Diagnostic } from '../../diagnostics';
import type { Pipeline, Step, Volume } from '../../pipeline/model';
import { METRICS_STEP } from '../../pipeline/model';
import { taskName } from './identifiers';
import { isQuantity } from '../../quantity';
import { amount, otherResources } from './resources';

/** A Docker reference: `[host[:port]/]path[:tag][@digest]`. */
const IMAGE =
  /^(?:[A-Za-z0-9](?:[-A-Za-z0-9.]*[A-Za-z0-9])?(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,})?$/;

/** Whether a container runtime can read it as the name of an image. */
export function isImage(text: string): boolean {
  return text.length <= 4096 && IMAGE.test(text);
}

/** What a cluster would refuse, or KFP cannot say, in the steps' settings. */
export function checkSteps(steps: readonly Step[]): Diagnostic[] {
  return steps.flatMap(step => [...checkImage(step), ...checkResources(step)]);
}

function checkResources(step: Step): Diagnostic[] {
  const wrong = checkQuantities(step);
  return wrong.length > 0 ? wrong : [...checkRequests(step), ...checkOtherResources(step)];
}

function checkQuantities(step: Step): Diagnostic[] {
  const { limits, requests } = step.settings;
  return [...Object.entries(limits), ...Object.entries(requests)].flatMap(([resource, quantity]) =>
    isQuantity(quantity)
      ? []
      : [
          diagnostic(
            'error',
            'invalid-quantity',
            `${title(step)} asks for "${quantity}" of ${resource}, which Kubernetes cannot read. Write a number with or ` +
              'without a unit: 2, 500m, 4Gi.',
            at(step)
          )
        ]
  );
}

function at(step: Step): { cell: number | null; step?: string } {
  // The metrics step has the notebook's settings, and no cell says them.
  return step.name === METRICS_STEP
    ? { cell: null }
    : { cell: step.cells[0] ?? null, step: step.name };
}

function title(step: Step): string {
  return step.name === METRICS_STEP ? 'The metrics step' : `The step "${step.name}"`;
}

function checkImage(step: Step): Diagnostic[] {
  const { image } = step.settings;
  if (image === null || isImage(image)) return [];
  return [
    diagnostic(
      'error',
      'invalid-image',
      `${title(step)} has the image "${image}", which no container runtime can read. Its form is [registry/]name[:tag], ` +
        'for example "ghcr.io/team/train:1.2", in small letters and without blanks.',
      at(step)
    )
  ];
}

function checkRequests(step: Step): Diagnostic[] {
  const { limits, requests } = step.settings;
  return Object.entries(requests).flatMap(([resource, request]) => {
    const limit = limits[resource];
    if (limit === undefined || amount(request) <= amount(limit)) return [];
    return [
      diagnostic(
        'error',
        'request-above-limit',
        `${title(step)} requests ${request} of ${resource} but is limited to ${limit}: Kubernetes refuses that. Raise the ` +
          'limit or lower the request.',
        at(step)
      )
    ];
  });
}

function checkOtherResources(step: Step): Diagnostic[] {
  const { limits, requests } = step.settings;
  const names = otherResources(step.settings);
  const found = names.flatMap(name => {
    const quantity = limits[name] ?? requests[name]!;
    if (!name.includes('/') || Number.isInteger(amount(quantity))) return [];
    return [
      diagnostic(
        'error',
        'fractional-resource',
        `${title(step)} asks for ${quantity} of ${name}: Kubernetes gives such resources in whole pieces only. Write a ` +
          'whole number.',
        at(step)
      )
    ];
  });
  found.push(...requestsThatBecomeLimits(step, names));
  if (names.length <= 1) return found;
  return [
    ...found,
    diagnostic(
      'error',
      'too-many-resources',
      `${title(step)} asks for ${names.join(' and ')}: a KFP step has room for CPU, memory and one resource more. Keep one ` +
        'of them, or let an administrator set the rest by the namespace.',
      at(step)
    )
  ];
}

/** Of its accelerator KFP knows the limit alone, which Kubernetes then takes for the request too. */
function requestsThatBecomeLimits(step: Step, names: readonly string[]): Diagnostic[] {
  const { limits, requests } = step.settings;
  return names.flatMap(name => {
    const request = requests[name];
    if (request === undefined) return [];
    const limit = limits[name];
    if (limit !== undefined && amount(limit) === amount(request)) return [];
    return [
      diagnostic(
        'warning',
        'request-becomes-limit',
        `${title(step)} requests ${request} of ${name}, but Kubeflow Pipelines knows only limits of it: ` +
          `${limit ?? request} is both. Write the limit that the step must not exceed.`,
        at(step)
      )
    ];
  });
}

/** What cannot be said of the notebook's volumes, or what a cluster would make of them unexpectedly. */
export function checkVolumes({ volumes }: Pipeline): Diagnostic[] {
  const places = new Map<string, string>();
  return volumes.flatMap(volume => {
    const found = checkVolume(volume);
    const other = places.get(volume.mountPoint);
    places.set(volume.mountPoint, volume.name);
    if (other === undefined) return found;
    return [
      ...found,
      field(
        'error',
        'volume-mount-taken',
        volume,
        'mountPoint',
        `is mounted at ${volume.mountPoint}, where "${other}" is already. Give one of them another place.`
      )
    ];
  });
}

function checkVolume(volume: Volume): Diagnostic[] {
  const found: Diagnostic[] = [];
  if (volume.type !== 'pvc' && volume.size === null) {
    found.push(
      field(
        'error',
        'volume-without-size',
        volume,
        'size',
        'is a new claim and has no size. Write one, for example "5Gi".'
      )
    );
  }
  if ((volume.type === 'new_pvc' || volume.type === 'clone') && volume.storageClassName === null) {
    found.push(
      field(
        'warning',
        'volume-without-class',
        volume,
        'storageClassName',
        'is a new claim without a storage class: Kubeflow Pipelines then asks for a class named "standard". Write the one that your cluster has.'
      )
    );
  }
  if (volume.readOnly && volume.type === 'pvc') {
    found.push(
      field(
        'warning',
        'volume-writable',
        volume,
        'readOnly',
        'shall be read only, but Kubeflow Pipelines mounts an existing claim as the claim allows. Use a claim with the access mode ReadOnlyMany.'
      )
    );
  }
  return found;
}

function field(
  severity: Diagnostic['severity'],
  code: string,
  volume: Volume,
  name: string,
  what: string
): Diagnostic {
  return diagnostic(severity, code, `The volume "${volume.name}" (its field ${name}) ${what}`);
}

/** Of each further setting that an older Kubeflow does not know, which version does. */
export function neededBackend({
  steps,
  volumes,
  securityContext,
  timeoutSeconds
}: Pipeline): Diagnostic[] {
  const needs: [string, string][] = [];
  // Before, a task was looked up by its display name, and not found where that is another.
  if (steps.some(({ name }) => taskName(name) !== name)) {
    needs.push(['2.14', 'step names with capitals, blanks or letters beyond a to z']);
  }
  if (volumes.some(({ subPath }) => subPath !== null))
    needs.push(['2.16', 'the sub-path of a volume']);
  if (securityContext !== null) needs.push(['2.16', 'the security context']);
  if (volumes.some(({ type }) => type === 'clone')) needs.push(['2.17', 'the clone of a volume']);
  if (timeoutSeconds !== null) needs.push(['2.17', 'the time limit of the run']);
  if (needs.length === 0) return [];
  const version = needs
    .map(([each]) => each)
    .sort()
    .at(-1)!;
  return [
    diagnostic(
      'info',
      'needs-kfp-version',
      `This needs Kubeflow Pipelines ${version} or newer for ${needs.map(([, what]) => what).join(' and ')}: an older one refuses ` +
        'the pipeline or ignores the setting.'
    )
  ];
}
