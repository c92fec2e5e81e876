import { artifactSpec } from './artifacts';
import { OWN_PREFIX, ownTask } from './identifiers';
import { pack, type CommonProgram, type StepProgram } from './program';
import type { TaskParts } from './spec';

/**
 * Bytes of base64. A process's argument may have 131,071; KFP's driver passes a container and a task's inputs each as
 * one; a Workflow holds everything several times in etcd's 1.5 MB.
 */
export const LIMITS = {
  /** A step's program inside of its own container. */
  step: 48 * 1024,
  /** All such programs of a pipeline together. */
  pipeline: 256 * 1024,
  /** All programs of a pipeline wherever they are, the runner apart. */
  whole: 640 * 1024,
  /** One argument of a carrier. */
  piece: 88 * 1024,
  /** All that a carrier carries: one piece among its arguments, one among its inputs. */
  carrier: 2 * 88 * 1024
} as const;

/** The runner's files by path. */
export type RunnerFiles = Readonly<Record<string, string>>;

/** Where a step finds a part of its program: in an argument, or in an artifact of a carrier. */
export type Source = { readonly inline: string } | { readonly carrier: string };

export interface Placement {
  /** Of each step, by name: first its own program, then what all share if that is not within it. */
  readonly sources: ReadonlyMap<string, readonly Source[]>;
  readonly carriers: readonly TaskParts[];
  /** Steps whose program no carrier can take, with its size. */
  readonly tooLarge: ReadonlyMap<string, number>;
  /** Bytes of all programs, wherever they are. */
  readonly total: number;
}

const ARTIFACT = 'code';
export const RUNNER_TASK = `${OWN_PREFIX}runner`;
const COMMON_TASK = `${OWN_PREFIX}code`;

/**
 * Decides how the steps' programs travel: each with what all share in its own container while that is small; else what
 * is shared travels once, in an artifact; a step that is still too large travels in an artifact of its own.
 */
export function placePrograms(
  common: CommonProgram,
  steps: readonly StepProgram[],
  image: string
): Placement {
  const whole = new Map(steps.map(step => [step.step, pack({ ...common, ...step })]));
  const total = [...whole.values()].reduce((sum, text) => sum + text.length, 0);
  const fits = [...whole.values()].every(text => text.length <= LIMITS.step);
  if (fits && total <= LIMITS.pipeline) {
    const sources = [...whole].map(([name, inline]) => [name, [{ inline }]] as const);
    return { sources: new Map(sources), carriers: [], tooLarge: new Map(), total };
  }
  return placeApart(common, steps, image);
}

function placeApart(
  common: CommonProgram,
  steps: readonly StepProgram[],
  image: string
): Placement {
  const shared = pack(common);
  const carriers = [carrier(COMMON_TASK, shared, image)];
  const sources = new Map<string, readonly Source[]>();
  const tooLarge = new Map<string, number>();
  let total = shared.length;
  for (const step of steps) {
    const text = pack(step);
    total += text.length;
    const largest = Math.max(text.length, shared.length);
    if (largest > LIMITS.carrier) tooLarge.set(step.step, largest);
    const task = ownTask('code', step.step);
    if (text.length > LIMITS.step) {
      carriers.push(carrier(task, text, image));
    }
    sources.set(step.step, [
      text.length > LIMITS.step ? { carrier: task } : { inline: text },
      { carrier: COMMON_TASK }
    ]);
  }
  return { sources, carriers, tooLarge, total };
}

/**
 * The runner as a carrier's text. It takes as long as packing a hundred steps and is the same for all pipelines.
 *
 * @throws Error no carrier can take it: it has grown too large.
 */
export function packRunner(files: RunnerFiles): string {
  const text = pack(files);
  if (text.length > LIMITS.carrier) throw new Error(`the runner has ${text.length} bytes packed`);
  return text;
}

/** The root task that emits the runner for all steps. It is the same for every pipeline of one version of Chard. */
export function runnerTask(packedRunner: string, image: string): TaskParts {
  return carrier(RUNNER_TASK, packedRunner, image, WRITE_RUNNER);
}

/** Task and artifact key of what a carrier emits. */
export function carried(task: string): { producerTask: string; outputArtifactKey: string } {
  return { producerTask: task, outputArtifactKey: ARTIFACT };
}

// The second piece lies in the executor input, which is also where KFP wants to be told of the artifact. The words at
// the end are what kfp.local's SubprocessRunner looks for.
const READ_PIECES =
  'import base64,json,os,sys,zipfile,zlib\n' +
  'given,out,piece=sys.argv[1:]\n' +
  'given=json.loads(given)\n' +
  'rest=given.get("inputs",{}).get("parameterValues",{}).get("rest","")\n' +
  'data=zlib.decompress(base64.b64decode(piece+rest))\n' +
  'os.makedirs(os.path.dirname(out),exist_ok=True)\n';
const REPORT =
  'outputs=given["outputs"]\n' +
  'report=outputs["outputFile"]\n' +
  'os.makedirs(os.path.dirname(report),exist_ok=True)\n' +
  'with open(report,"w") as f:json.dump({"artifacts":outputs["artifacts"]},f) # kfp.dsl.executor_main\n';
const WRITE_CODE = `${READ_PIECES}with open(out,"wb") as f:f.write(data)\n${REPORT}`;
/**
 * Beside each module its bytecode, of the kind that nothing is compared with (PEP 552), so that no step has to compile
 * the runner; a step whose image has another version of Python passes it over.
 */
const WRITE_RUNNER =
  'import importlib.util,marshal\n' +
  `${READ_PIECES}with zipfile.ZipFile(out,"w") as z:\n` +
  '  for name,text in json.loads(data).items():\n' +
  '    z.writestr(zipfile.ZipInfo(name),text)\n' +
  '    if name[-3:]!=".py":continue\n' +
  '    code=marshal.dumps(compile(text,name,"exec",dont_inherit=True))\n' +
  '    z.writestr(zipfile.ZipInfo(name+"c"),importlib.util.MAGIC_NUMBER+b"\\1"+bytes(11)+code)\n' +
  REPORT;

function carrier(name: string, text: string, image: string, program = WRITE_CODE): TaskParts {
  const first = text.slice(0, LIMITS.piece);
  const rest = text.slice(LIMITS.piece);
  return {
    name,
    component: {
      ...(rest !== '' && {
        inputDefinitions: { parameters: { rest: { parameterType: 'STRING' } } }
      }),
      outputDefinitions: { artifacts: { [ARTIFACT]: artifactSpec('Artifact') } }
    },
    container: {
      image,
      command: ['python3', '-c', program],
      args: ['{{$}}', `{{$.outputs.artifacts['${ARTIFACT}'].path}}`, first]
    },
    task: {
      cachingOptions: { enableCache: true },
      ...(rest !== '' && {
        inputs: { parameters: { rest: { runtimeValue: { constant: rest } } } }
      }),
      taskInfo: { name }
    },
    config: {}
  };
}
