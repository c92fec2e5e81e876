/**
 * What is known about Python's own names and about the libraries that notebooks use most. It only makes the analysis
 * sharper: whatever is not here may change what it is given and may hand it back.
 */

/** Builtins that star imports of well-known modules (numpy, pylab, pyspark.sql.functions, torch) hide. */
const SHADOWED_BY_STARS: ReadonlySet<string> = new Set(
  `abs all any ascii bin bool complex divmod filter float hash hex int long map max min object oct open pow round slice
  str sum`
    .trim()
    .split(/\s+/)
);

export function isBuiltinShadowedByStars(name: string): boolean {
  return SHADOWED_BY_STARS.has(name);
}

/** What a call does with its arguments, and what comes back. */
export type CallEffect =
  /** Reads; a number, a string or another thing that cannot change comes back. */
  | 'scalar'
  /** Reads; something new comes back that shares nothing with the arguments. */
  | 'fresh'
  /** Reads; something new comes back that holds the arguments' elements. */
  | 'elements'
  /** Reads; something new comes back that holds tuples of the arguments' elements. */
  | 'pairs'
  /** Reads; something new comes back that holds what the arguments' elements hold. */
  | 'flattens'
  /** Reads; a copy comes back, all that it holds copied too. */
  | 'clones'
  /** Reads; a container's copy holds its elements, an array's or a table's copy shares nothing. */
  | 'copies'
  /** Reads; something new comes back that holds the arguments themselves. */
  | 'holds'
  /** Reads; the argument, a view or a part of it comes back. */
  | 'part'
  /** Calls its function arguments with elements of the others; something new holds what they give. */
  | 'applies'
  /** A function comes back that asks whatever it is given for an attribute, an item or a method. */
  | 'asks'
  /** A decorator: what it is given comes back. */
  | 'decorates';

function table(effect: CallEffect, names: string): [string, CallEffect][] {
  return names
    .trim()
    .split(/\s+/)
    .map(name => [name, effect]);
}

/** CPython's builtins (3.9 to 3.14) and the names IPython adds. */
export const BUILTIN_NAMES: ReadonlySet<string> = new Set(
  `ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError BrokenPipeError
  BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError
  ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning EnvironmentError Exception ExceptionGroup
  False FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError ImportError
  ImportWarning IndentationError IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError
  MemoryError ModuleNotFoundError NameError None NotADirectoryError NotImplemented NotImplementedError OSError
  OverflowError PendingDeprecationWarning PermissionError ProcessLookupError PythonFinalizationError RecursionError
  ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError SyntaxWarning
  SystemError SystemExit TabError TimeoutError True TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError
  UnicodeError UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning ZeroDivisionError
  __build_class__ __debug__ __doc__ __import__ __loader__ __name__ __package__ __spec__ __builtins__ __builtin__
  abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex copyright
  credits delattr dict dir display divmod enumerate eval exec exit filter float format frozenset get_ipython getattr
  globals hasattr hash help hex id input int isinstance issubclass iter len license list locals map max memoryview min
  next object oct open ord pow print property quit range repr reversed round set setattr slice sorted staticmethod str
  sum super tuple type vars zip
  In Out _ __ ___ _i _ii _iii _ih _oh _dh _exit_code _sh`
    .trim()
    .split(/\s+/)
);

/** Python's and IPython's own names, and IPython's history (`_3`, `_i12`). */
export function isBuiltin(name: string): boolean {
  return BUILTIN_NAMES.has(name) || /^_i?\d+$/.test(name);
}

const CALLS: ReadonlyMap<string, CallEffect> = new Map([
  ...table(
    'scalar',
    `builtins.all builtins.any builtins.ascii builtins.bin builtins.bool builtins.breakpoint builtins.bytes
    builtins.callable builtins.chr builtins.compile builtins.complex builtins.dir builtins.display builtins.divmod
    builtins.exit builtins.float builtins.format builtins.hasattr builtins.hash builtins.help builtins.hex builtins.id
    builtins.input builtins.int builtins.isinstance builtins.issubclass builtins.len builtins.oct builtins.ord
    builtins.print builtins.quit builtins.range builtins.repr builtins.slice builtins.str builtins.super
    builtins.setattr builtins.delattr
    json.dumps pprint.pprint pprint.pformat random.random random.randint random.uniform random.gauss random.seed
    random.randrange numpy.random.seed sys.getsizeof IPython.display.display IPython.display.clear_output
    platform.python_version getpass.getpass gc.collect numpy.isscalar numpy.ndim numpy.shape numpy.size numpy.allclose
    numpy.array_equal asyncio.sleep chard.log_metric functools.wraps`
  ),
  ...table(
    'fresh',
    `builtins.abs builtins.bytearray builtins.object builtins.pow builtins.round builtins.memoryview
    json.loads json.load pickle.loads random.sample
    pandas.read_csv pandas.read_excel pandas.read_json pandas.read_parquet pandas.read_sql pandas.to_datetime
    pandas.to_numeric pandas.concat pandas.merge pandas.get_dummies pandas.cut pandas.qcut pandas.date_range pandas.isna
    pandas.isnull pandas.notna pandas.notnull pandas.crosstab pandas.pivot_table pandas.melt pandas.unique
    numpy.array numpy.random.rand numpy.random.randn numpy.random.randint numpy.random.default_rng`
  ),
  ...table(
    'elements',
    `builtins.dict builtins.frozenset builtins.list builtins.reversed builtins.set builtins.tuple
    collections.Counter collections.OrderedDict collections.deque random.choices
    itertools.chain itertools.islice itertools.repeat itertools.cycle itertools.count
    sklearn.model_selection.train_test_split`
  ),
  ...table(
    'pairs',
    `builtins.enumerate builtins.zip itertools.product itertools.combinations itertools.permutations
    itertools.combinations_with_replacement itertools.zip_longest itertools.tee itertools.pairwise itertools.batched`
  ),
  ...table('asks', 'operator.methodcaller operator.attrgetter operator.itemgetter'),
  ...table('flattens', 'builtins.sum itertools.chain.from_iterable'),
  ...table('clones', 'copy.copy copy.deepcopy'),
  ...table(
    'holds',
    `functools.partial functools.partialmethod functools.singledispatch types.SimpleNamespace collections.namedtuple
    functools.cmp_to_key collections.defaultdict collections.ChainMap types.MappingProxyType
    pandas.DataFrame pandas.Series pandas.Index contextlib.suppress contextlib.nullcontext contextlib.ExitStack
    sklearn.pipeline.make_pipeline sklearn.pipeline.Pipeline sklearn.compose.make_column_transformer
    sklearn.compose.ColumnTransformer`
  ),
  ...table(
    'part',
    `random.choice builtins.aiter builtins.anext builtins.iter builtins.vars builtins.getattr builtins.type
    numpy.asarray numpy.asanyarray numpy.ascontiguousarray numpy.asfortranarray numpy.require numpy.reshape numpy.ravel
    numpy.squeeze numpy.transpose numpy.swapaxes numpy.moveaxis numpy.rollaxis numpy.expand_dims numpy.atleast_1d
    numpy.atleast_2d numpy.atleast_3d numpy.broadcast_to numpy.broadcast_arrays numpy.split numpy.array_split
    numpy.hsplit numpy.vsplit numpy.dsplit numpy.diagonal numpy.diag numpy.flip numpy.fliplr numpy.flipud numpy.rot90
    numpy.real numpy.imag numpy.frombuffer numpy.nan_to_num numpy.lib.stride_tricks.as_strided
    numpy.lib.stride_tricks.sliding_window_view torch.from_numpy torch.as_tensor`
  ),
  ...table(
    'applies',
    `builtins.filter builtins.map builtins.max builtins.min builtins.sorted functools.reduce itertools.accumulate
    itertools.groupby itertools.starmap itertools.takewhile itertools.dropwhile itertools.filterfalse asyncio.run
    asyncio.gather threading.Thread multiprocessing.Process joblib.delayed atexit.register`
  ),
  ...table(
    'decorates',
    `builtins.classmethod builtins.property builtins.staticmethod functools.cache functools.lru_cache
    functools.cached_property functools.total_ordering dataclasses.dataclass
    contextlib.contextmanager contextlib.asynccontextmanager abc.abstractmethod typing.final typing.overload
    typing.no_type_check typing.runtime_checkable typing.override enum.unique numba.jit numba.njit numba.vectorize
    attr.s attrs.define attrs.frozen attr.define types.coroutine torch.no_grad torch.inference_mode torch.jit.script`
  )
]);

/** Modules whose functions only read what they are given, except those in `CALLS` and `CHANGES_ARGUMENT`. */
const READING_MODULES: ReadonlyMap<string, CallEffect> = new Map([
  ...table(
    'scalar',
    `math cmath statistics time datetime os sys re string operator logging warnings platform pathlib shutil glob
    textwrap unicodedata hashlib base64 uuid getpass typing decimal fractions`
  ),
  ...table(
    'fresh',
    'numpy scipy.stats scipy.special scipy.linalg sklearn.metrics sklearn.datasets matplotlib seaborn plotly'
  )
]);

/** Functions that change their first argument. */
const CHANGES_ARGUMENT: ReadonlySet<string> = new Set(
  `random.shuffle numpy.random.shuffle numpy.put numpy.place numpy.copyto numpy.putmask numpy.fill_diagonal
  numpy.put_along_axis heapq.heappush heapq.heappop heapq.heapify heapq.heapreplace heapq.heappushpop bisect.insort
  bisect.insort_left bisect.insort_right operator.setitem operator.delitem operator.iadd operator.imul operator.ior
  builtins.setattr builtins.delattr builtins.next builtins.anext`
    .trim()
    .split(/\s+/)
);

export function changesFirstArgument(path: string): boolean {
  return CHANGES_ARGUMENT.has(path);
}

/** What calling the thing with this dotted path does; null where nothing is known. */
export function callEffect(path: string): CallEffect | null {
  const known = CALLS.get(path);
  if (known) return known;
  if (CHANGES_ARGUMENT.has(path)) return null;
  // Loggers and handlers keep what they are given; what `attrgetter` gives may call anything.
  if (/^logging\.([A-Z]|handlers\.)|\(\)$/.test(path)) return null;
  let end = path.lastIndexOf('.');
  while (end > 0) {
    const effect = READING_MODULES.get(path.slice(0, end));
    if (effect) return effect;
    end = path.lastIndexOf('.', end - 1);
  }
  if (/^builtins\.\w*(Error|Exception|Warning|Exit|Interrupt|Iteration|ExceptionGroup)$/.test(path))
    return 'holds';
  return null;
}

/** Methods that, on Python's, NumPy's, pandas' and scikit-learn's types, change nothing. */
const READING_METHODS: ReadonlyMap<string, CallEffect> = new Map([
  ...table(
    'scalar',
    `startswith endswith lower upper strip lstrip rstrip split rsplit splitlines join format format_map encode decode
    title capitalize isdigit isalpha find rfind zfill ljust rjust center casefold isnumeric isupper islower index count
    item any all nunique isdisjoint issubset issuperset bit_length as_integer_ratio hexdigest total_seconds strftime
    isoformat info`
  ),
  ...table(
    'fresh',
    `mean sum min max std var median quantile mode cumsum cumprod dot corr cov describe isna isnull notna notnull
    value_counts to_numpy astype tolist to_list to_dict to_records duplicated between round abs argmax argmin argsort
    idxmax idxmin predict predict_proba predict_log_proba decision_function kneighbors nonzero unique clip
    sort_index explode melt corrwith pct_change diff shift rank sample dropna fillna drop_duplicates
    rename reset_index set_index sort_values drop merge assign round nlargest nsmallest`
  ),
  ...table('elements', 'keys values items'),
  ...table('copies', 'copy union intersection difference symmetric_difference'),
  ...table('part', 'get head tail groupby iterrows itertuples')
]);

/** What calling a method of this name on something unknown does; null: it may change it and its arguments. */
export function methodEffect(name: string): CallEffect | null {
  return READING_METHODS.get(name) ?? null;
}

/** Attributes that are numbers, strings or tuples of them on arrays, tables, functions and models. */
const SCALAR_ATTRIBUTES: ReadonlySet<string> = new Set(
  'dtype empty itemsize name nbytes ndim shape size stdout stderr __doc__ __module__ __name__ __qualname__'.split(
    ' '
  )
);

export function isScalarAttribute(name: string): boolean {
  return SCALAR_ATTRIBUTES.has(name);
}

/** Attributes that hold labels: nothing in them can be changed. */
const LABEL_ATTRIBUTES: ReadonlySet<string> = new Set(
  'axes classes_ columns dtypes feature_names feature_names_in_ index target_names'.split(' ')
);

export function isLabelAttribute(name: string): boolean {
  return LABEL_ATTRIBUTES.has(name);
}

/** Methods that put their arguments into what they are called on and neither call nor change them. */
export const STORING_METHODS: ReadonlySet<string> = new Set(
  'add append appendleft extend extendleft insert put put_nowait setdefault update'.split(' ')
);

/** Functions that set something for all users of their module. */
const SETTINGS: ReadonlySet<string> = new Set(
  `pandas.set_option pandas.reset_option pandas.set_eng_float_format
  pandas.plotting.register_matplotlib_converters numpy.set_printoptions numpy.seterr
  matplotlib.use matplotlib.rc matplotlib.rcdefaults matplotlib.rcParams.update matplotlib.style.use
  matplotlib.pyplot.style.use matplotlib.pyplot.rc matplotlib.pyplot.rcdefaults matplotlib.pyplot.rcParams.update
  matplotlib.pyplot.switch_backend matplotlib.pyplot.set_cmap
  seaborn.set seaborn.set_theme seaborn.set_style seaborn.set_context seaborn.set_palette seaborn.set_color_codes
  sklearn.set_config torch.set_default_dtype torch.set_default_device torch.set_default_tensor_type
  torch.set_printoptions torch.set_num_threads torch.use_deterministic_algorithms
  tensorflow.random.set_seed tensorflow.keras.utils.set_random_seed keras.utils.set_random_seed
  tensorflow.config.run_functions_eagerly keras.backend.set_floatx tensorflow.keras.backend.set_floatx
  keras.mixed_precision.set_global_policy tensorflow.keras.mixed_precision.set_global_policy
  jax.config.update polars.Config.set_tbl_rows polars.Config.set_tbl_cols polars.Config.set_fmt_str_lengths
  altair.data_transformers.enable altair.renderers.enable altair.themes.enable
  warnings.filterwarnings warnings.simplefilter logging.basicConfig logging.disable locale.setlocale
  tqdm.tqdm.pandas tqdm.auto.tqdm.pandas tqdm.notebook.tqdm.pandas socket.setdefaulttimeout`
    .trim()
    .split(/\s+/)
);

/** Calling this changes a module's own settings, which are not handed from step to step. */
export function isSetting(path: string): boolean {
  return SETTINGS.has(path);
}

/** State of modules that is handed from step to step beside the names. */
export function isCarriedState(path: string): boolean {
  return /^(os\.environ|sys\.path)(\.|\[|$)/.test(path);
}

/** Objects whose items are arrays made of the index: `np.c_[a, b]`. */
export function isIndexTrick(path: string): boolean {
  return /^numpy\.(c_|r_|s_|mgrid|ogrid|index_exp)$/.test(path);
}

const REFUSALS: ReadonlyMap<string, string> = new Map([
  ['builtins.open', 'an open file'],
  ['io.open', 'an open file'],
  ['gzip.open', 'an open file'],
  ['bz2.open', 'an open file'],
  ['lzma.open', 'an open file'],
  ['tempfile.TemporaryFile', 'an open file'],
  ['tempfile.NamedTemporaryFile', 'an open file'],
  ['zipfile.ZipFile', 'an open archive'],
  ['tarfile.open', 'an open archive'],
  ['h5py.File', 'an open file'],
  ['socket.socket', 'a network socket'],
  ['socket.create_connection', 'a network socket'],
  ['sqlite3.connect', 'a database connection'],
  ['psycopg2.connect', 'a database connection'],
  ['psycopg.connect', 'a database connection'],
  ['pymysql.connect', 'a database connection'],
  ['mysql.connector.connect', 'a database connection'],
  ['duckdb.connect', 'a database connection'],
  ['pyodbc.connect', 'a database connection'],
  ['sqlalchemy.create_engine', 'a database connection'],
  ['threading.Lock', 'a lock'],
  ['threading.RLock', 'a lock'],
  ['threading.Condition', 'a lock'],
  ['threading.Semaphore', 'a lock'],
  ['threading.Event', 'a lock'],
  ['threading.Thread', 'a thread'],
  ['multiprocessing.Lock', 'a lock'],
  ['multiprocessing.Process', 'a process'],
  ['multiprocessing.Pool', 'a pool of processes'],
  ['multiprocessing.Queue', 'a queue between processes'],
  ['concurrent.futures.ThreadPoolExecutor', 'a pool of threads'],
  ['concurrent.futures.ProcessPoolExecutor', 'a pool of processes'],
  ['subprocess.Popen', 'a running process'],
  ['asyncio.Lock', 'a lock'],
  ['asyncio.create_task', 'a running task'],
  ['asyncio.ensure_future', 'a running task']
]);

/** What the result of a call is, where it cannot be handed to another process. */
export function callRefusal(path: string): string | null {
  return REFUSALS.get(path) ?? null;
}

/** Context managers of libraries that may swallow an exception, so that the code in them may stop half way. */
export function maySuppress(path: string): boolean {
  return /^contextlib\.(suppress|ExitStack|AsyncExitStack)$|^pytest\.raises$|\.assertRaises\w*$/.test(
    path
  );
}
