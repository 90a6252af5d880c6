"""Odd settings of the process, as users have them: each in a process of its own where it must."""

import ast
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

import nst_helpers
from nst_helpers import device, panels, session
from nst_helpers.session.device import set_up_tensorflow
from nst_helpers.session.interrupts import heard_between_cells, interrupt_flag

POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no such settings")

# A transfer as the readers do it, small; what it prints must not depend on any setting.
RUN = """
import nst_helpers as nst
C, S = nst.load_picture("flower", 48), nst.load_picture("great_wave", 48)
vgg = nst.load_vgg("vgg16", weights=None)
image, history = nst.StyleTransfer(C, S, vgg, levels=1).run(1, progress=False)
print(f"J = {history['J'][0]:.3e}")
"""


def python(code, *options, **variables):
    """Run code in a new Python with these variables (None takes one away); return the process."""
    environment = os.environ | {"NST_BACKBONE": "vgg16"} | variables
    environment = {name: value for name, value in environment.items() if value is not None}
    return subprocess.run(
        [sys.executable, *options, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=120,
    )


@pytest.fixture(scope="module")
def usual():
    """What is printed where nothing is odd."""
    process = python(RUN)
    assert process.returncode == 0, process.stderr
    assert process.stdout.startswith("J = ")
    return process.stdout


# Settings of Keras and TensorFlow


def test_the_variable_names_another_backend(usual):
    code = RUN + "import os; assert os.environ['KERAS_BACKEND'] == 'theano'"
    process = python(code, KERAS_BACKEND="theano")
    assert process.returncode == 0, process.stderr
    assert process.stdout == usual


def test_keras_json_names_another_backend(usual, tmp_path):
    text = '{"backend": "jax", "floatx": "float32"}'
    (tmp_path / "keras.json").write_text(text)
    code = RUN + "import os; assert 'KERAS_BACKEND' not in os.environ"
    process = python(code, KERAS_HOME=str(tmp_path), KERAS_BACKEND=None)
    assert process.returncode == 0, process.stderr
    assert process.stdout == usual
    assert (tmp_path / "keras.json").read_text() == text


UNUSABLE = [
    '{"floatx": "float128"}',
    '{"floatx": ["float32"]}',
    '{"epsilon": 1}',
    '{"image_data_format": "last"}',
    "[]",
    None,  # a folder of that name
]


@pytest.mark.parametrize("text", UNUSABLE)
def test_keras_json_holds_what_keras_cannot_use(tmp_path, text):
    settings = tmp_path / "keras.json"
    if text is None:
        settings.mkdir()
    else:
        settings.write_text(text)
    process = python("import nst_helpers", KERAS_HOME=str(tmp_path))
    last = process.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: Keras cannot start with its settings (")
    assert f"They are in '{settings}' and in" in last
    assert last.endswith("Mend them, or remove the file; then restart the kernel.")


def test_keras_json_is_half_written(usual, tmp_path):
    (tmp_path / "keras.json").write_text('{"floatx": "flo')
    assert python(RUN, KERAS_HOME=str(tmp_path)).stdout == usual


IMPORTED_BEFORE = {
    "and failed": "try:\n    import keras\nexcept Exception:\n    pass",
    "and works": "import keras; keras.config.backend = lambda: 'torch'",
}


@pytest.mark.parametrize("before", IMPORTED_BEFORE)
def test_keras_was_imported_for_another_backend(before):
    backend = "theano" if "failed" in before else None
    process = python(IMPORTED_BEFORE[before] + "\nimport nst_helpers", KERAS_BACKEND=backend)
    last = process.stderr.strip().splitlines()[-1]
    assert last.startswith(f"ImportError: Keras was imported for {backend or 'torch'} before")
    assert "KERAS_BACKEND to tensorflow; then restart the kernel." in last


OLD = {
    "disable_eager_execution": "is made outside of tf.function and tf.Graph, with TensorFlow's "
    "eager execution on. Restart the kernel if it was disabled.",
    "disable_v2_tensorshape": "needs the shapes of TensorFlow 2. Take "
    "tf.compat.v1.disable_v2_tensorshape() out, then restart the kernel.",
}
OLD["disable_v2_behavior"] = OLD["disable_v2_tensorshape"]  # it is among what that switches off


@pytest.mark.parametrize("switch", OLD)
def test_what_is_made_with_the_switches_of_old_tutorials_says_so(switch):
    process = python(f"import tensorflow as tf; tf.compat.v1.{switch}()\n{RUN}")
    last = process.stderr.strip().splitlines()[-1]
    assert last == f"RuntimeError: A network {OLD[switch]}"


A_GRAPH = {"tf.Graph": None, "tf.function": tf.function(lambda call: call(), autograph=False)}
IN_A_GRAPH = {
    "load_vgg": lambda vgg, walk: nst_helpers.load_vgg("vgg16", weights=None),
    "for_styles": lambda vgg, walk: nst_helpers.for_styles(vgg),
    "StyleTransfer": lambda vgg, walk: nst_helpers.StyleTransfer(PICTURE, PICTURE, vgg),
    "run": lambda vgg, walk: walk.run(1, progress=False),
    "activation_explorer": lambda vgg, walk: panels.activation_explorer(vgg),
    "pair_explorer": lambda vgg, walk: panels.pair_explorer(vgg),
    "style_matrix_explorer": lambda vgg, walk: panels.style_matrix_explorer(vgg),
    "slice_explorer": lambda vgg, walk: panels.slice_explorer(np.zeros((1, 8, 8, 8, 3))),
    "style_studio": lambda vgg, walk: panels.style_studio(vgg),
}
PICTURE = np.full((1, 32, 48, 3), 0.5, np.float32)


@pytest.mark.parametrize("graph", A_GRAPH)
@pytest.mark.parametrize("name", IN_A_GRAPH)
def test_what_is_made_while_a_graph_is_built_says_so(vgg, name, graph):
    walk = nst_helpers.StyleTransfer(PICTURE, PICTURE, vgg, levels=1)
    with pytest.raises(RuntimeError, match=r"is made outside of tf\.function and tf\.Graph"):
        if graph == "tf.Graph":
            with tf.Graph().as_default():
                IN_A_GRAPH[name](vgg, walk)
        else:
            A_GRAPH[graph](lambda: IN_A_GRAPH[name](vgg, walk))
    assert walk.run(1, progress=False)[0].shape == PICTURE.shape


def test_activations_are_made_eagerly_or_in_a_function_of_tensorflow(vgg):
    extract = nst_helpers.extractor(vgg, ["block1_conv1"])
    traced = tf.function(lambda: extract(PICTURE)["block1_conv1"])()
    np.testing.assert_allclose(traced, extract(PICTURE)["block1_conv1"], rtol=1e-5)
    with (
        tf.Graph().as_default(),
        pytest.raises(RuntimeError, match="A block of activations is made outside"),
    ):
        extract(PICTURE)


# What can be set together is: each process takes its time.
SET = """
import keras, matplotlib, tensorflow, warnings; warnings.simplefilter("error")
import numpy as np; np.seterr(all="raise"); np.setbufsize(16); np.set_printoptions(legacy="1.13")
import os; os.umask(0o077)
import tensorflow as tf, PIL.Image
tf.config.experimental.enable_op_determinism(); keras.utils.set_random_seed(3)
state = np.random.get_state()[1].sum()
tf.config.set_soft_device_placement(False); tf.debugging.enable_check_numerics()
tf.data.experimental.enable_debug_mode(); tf.compat.v1.disable_tensor_equality()
tf.experimental.numpy.experimental_enable_numpy_behavior(dtype_conversion_mode="safe")
keras.config.disable_interactive_logging(); keras.config.set_epsilon(0.5)
keras.config.set_dtype_policy("int8_from_float32"); keras.config.disable_traceback_filtering()
matplotlib.use("svg"); PIL.Image.MAX_IMAGE_PIXELS = 10
"""
STAYS = """
assert np.geterr() == dict.fromkeys(("divide", "over", "under", "invalid"), "raise")
assert np.getbufsize() == 16 and ("error", None, Warning, None, 0) in warnings.filters
assert os.umask(0) == 0o077 and state == np.random.get_state()[1].sum()
assert not tf.config.get_soft_device_placement()
assert not keras.config.is_interactive_logging_enabled() and keras.config.epsilon() == 0.5
assert keras.config.dtype_policy().name == "int8_from_float32"
assert matplotlib.get_backend() == "svg" and PIL.Image.MAX_IMAGE_PIXELS == 10
"""


def test_settings_of_the_libraries(usual):
    process = python(f"{SET}{RUN}{STAYS}")
    assert process.returncode == 0, process.stderr
    assert process.stdout == usual


ZEROS = """
from nst_helpers import figures
from nst_helpers.panels import activation_explorer, layer_explorer, style_matrix_explorer
vgg = nst.load_vgg("vgg16")
for explorer in activation_explorer, style_matrix_explorer:
    assert explorer(vgg).outputs()
nothing = {"J": np.zeros(5)}
assert layer_explorer(C, {"block1_conv1": (C, nothing), "block2_conv1": (C, nothing)}).outputs()
figures.encode_figure(figures.plot_curves({"J": (np.arange(5), np.zeros(5))}))
"""


def test_a_numpy_that_raises_at_each_small_number():
    """An activation may be too small for half precision, and a curve may be 0 throughout."""
    before = "import warnings, numpy as np\nimport nst_helpers as nst\n"
    before += "warnings.simplefilter('error', RuntimeWarning); np.seterr(all='raise')\n"
    process = python(f"{before}C = nst.load_picture('flower', 48)\n{ZEROS}print('shown')")
    assert process.stdout == "shown\n", process.stderr


def test_functions_that_run_eagerly(usual):
    code = f"import tensorflow as tf; tf.config.run_functions_eagerly(True)\n{RUN}"
    process = python(f"{code}assert tf.config.functions_run_eagerly()")
    assert process.stdout == usual, process.stderr


BAR = "from nst_helpers.session.progress import progress_bar as bar\nwith bar(2, True): pass"


@pytest.mark.parametrize("variable", [{"TQDM_NCOLS": "wide"}, {"TQDM_BAR_FORMAT": "{nothing}"}])
def test_variables_that_the_progress_bar_cannot_use(variable):
    told = r"Error: The progress bar cannot start with its settings \(.+\)\. They are the "
    told += r"environment variables that begin with TQDM_\. Mend them, then restart the kernel\.\n"
    assert re.search(told, python(BAR, **variable).stderr)


def test_what_standard_output_has_no_letters_for_ends_nothing():
    code = "from nst_helpers.session.standard_out import say\nsay('λ = 2, 画像')"
    process = python(code, PYTHONIOENCODING="ascii")
    assert process.stdout == r"\u03bb = 2, \u753b\u50cf" + "\n", process.stderr


def test_a_flag_that_tensorflow_does_not_know_is_named():
    """It ends the process with a note, which must not be kept back."""
    process = python("import nst_helpers", TF_XLA_FLAGS="--nonsense=2")
    assert process.returncode != 0
    assert "nonsense" in process.stderr


def test_nothing_is_fixed_by_the_import():
    """Threads, devices and memory can still be set, and the reader's settings of graphs stay."""
    process = python(
        """
import gc, os, warnings, signal, keras
before = keras.config.floatx(), keras.config.image_data_format(), list(warnings.filters)
handlers = [signal.getsignal(number) for number in signal.valid_signals()]
import nst_helpers, tensorflow as tf
assert handlers == [signal.getsignal(number) for number in signal.valid_signals()]
assert gc.isenabled()
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
tf.config.optimizer.set_experimental_options({"constant_folding": False})
nst_helpers.load_vgg("vgg16", weights=None)
assert len(tf.config.list_logical_devices("CPU")) == 2
options = tf.config.optimizer.get_experimental_options()
assert options["constant_folding"] is False and not options["disable_meta_optimizer"]
assert before[:2] == (keras.config.floatx(), keras.config.image_data_format())
print("all as it was")
"""
    )
    assert process.stdout == "all as it was\n", process.stderr


GPU = tf.config.PhysicalDevice("/physical_device:GPU:0", "GPU")


@pytest.fixture
def gpu(monkeypatch):
    """A made-up GPU, and the settings that were made for it."""
    made = []
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: [GPU])
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind=None: [GPU])
    monkeypatch.setattr(tf.config, "get_logical_device_configuration", lambda gpu: None)
    experimental = tf.config.experimental
    monkeypatch.setattr(experimental, "get_memory_growth", lambda gpu: None)
    monkeypatch.setattr(experimental, "set_memory_growth", lambda *new: made.append(new))
    set_up_tensorflow.cache_clear()
    yield made
    set_up_tensorflow.cache_clear()


def test_a_gpus_memory_grows(gpu):
    assert device().name == "GPU (unnamed)"
    set_up_tensorflow()
    set_up_tensorflow()
    assert gpu == [(GPU, True)]


def test_a_hidden_gpu_is_none(gpu, monkeypatch):
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind=None: [])
    assert device().name == "CPU"
    set_up_tensorflow()
    assert gpu == []


@pytest.mark.parametrize("setting", ["divided", "told not to grow"])
def test_what_the_reader_has_set_for_the_gpu_stays(gpu, monkeypatch, setting):
    if setting == "divided":
        monkeypatch.setattr(tf.config, "get_logical_device_configuration", lambda gpu: ["half"])
    else:
        monkeypatch.setattr(tf.config.experimental, "get_memory_growth", lambda gpu: False)
    set_up_tensorflow()
    assert gpu == []


@pytest.mark.parametrize("kind", [ValueError, RuntimeError])
def test_a_gpu_whose_memory_cannot_be_set_is_used_as_it_is(gpu, monkeypatch, kind):
    def refuse(*new):
        raise kind("Cannot set memory growth on device when virtual devices configured")

    monkeypatch.setattr(tf.config.experimental, "set_memory_growth", refuse)
    set_up_tensorflow()


# Settings of the process


@POSIX
@pytest.mark.parametrize("closed", ["<&- >&- 2>&-", "2>&-"])
def test_no_standard_streams(tmp_path, closed):
    written = tmp_path / "written"
    code = f"import nst_helpers; open({str(written)!r}, 'w').write('imported')"
    subprocess.run(["/bin/sh", "-c", f'exec "$0" -c "$1" {closed}', sys.executable, code])
    assert written.read_text() == "imported"


def test_no_standard_streams_as_under_pythonw(usual):
    """Python's own streams are None there."""
    code = f"import sys; out, sys.stdin, sys.stdout, sys.stderr = sys.stdout, *[None] * 3\n{RUN}"
    process = python(code.replace("progress=False", "progress=True") + "\nprint('ran', file=out)")
    assert process.stdout == "ran\n", process.stderr


def test_a_host_that_puts_its_own_output_there(usual):
    """It can only be written to: no file behind it, nothing to flush."""
    code = "import sys; out = sys.stdout; sys.stdout = type('', (), {'write': out.write})\n" + RUN
    process = python(code.replace("progress=False", "progress=True") + "\nsys.stdout = out")
    assert process.returncode == 0, process.stderr
    assert process.stdout.endswith(usual)


BROKEN = {
    "full": "sys.stdout = open('/dev/full', 'w', buffering=1)",
    "broken": "r, w = os.pipe(); os.close(r); sys.stdout = open(w, 'w', buffering=1)",
    "closed": "sys.stdout = open(os.devnull, 'w'); sys.stdout.close()",
    "of other letters": "sys.stdout = open(os.devnull, 'w', encoding='ascii')",
    "without ends": "builtins.print = lambda text: None",
}


@POSIX
@pytest.mark.parametrize("trouble", BROKEN)
def test_no_walk_ends_for_its_bar(usual, trouble):
    code = f"import builtins, os, sys; out, say = sys.stdout, print; {BROKEN[trouble]}\n{RUN}"
    code = code.replace("progress=False", "progress=True").replace("print(f", "say(f")
    process = python(code.replace('}")', '}", file=out)') + "os._exit(out.flush() or 0)")
    assert process.returncode == 0, process.stderr
    assert process.stdout.endswith(usual)


def test_without_streams_the_true_error_is_raised(tmp_path):
    """What TensorFlow said cannot be shown; that it is missing must still be."""
    (tmp_path / "tensorflow.py").write_text("raise ImportError('the true one')")
    code = "import sys; sys.stderr = None\ntry:\n    import nst_helpers\n"
    code += "except ImportError as error:\n    print(error)"
    path = os.pathsep.join([str(tmp_path), *sys.path])
    assert python(code, PYTHONPATH=path).stdout == "the true one\n"


VARIABLES = {
    "PYTHONWARNINGS": "error",
    "LC_ALL": "C",
    "PYTHONIOENCODING": "ascii",
    "OMP_NUM_THREADS": "x",
    "TF_CPP_MIN_LOG_LEVEL": "x",
    "MPLBACKEND": "module://nowhere",
    "TF_USE_LEGACY_KERAS": "1",
    "KERAS_NNX_ENABLED": "1",
    "PYTHONOPTIMIZE": "1",
}


def test_odd_variables(usual):
    process = python(RUN, **VARIABLES)
    assert process.returncode == 0, process.stderr
    assert process.stdout == usual


def test_docstrings_left_out(usual):
    """TensorFlow 2.21 can do without its own, 2.16 and 2.19 cannot."""
    process = python(RUN, PYTHONOPTIMIZE="2")
    if process.returncode:
        last = process.stderr.splitlines()[-1]
        assert last.startswith("ImportError: Python was told to leave docstrings out"), last
    else:
        assert process.stdout == usual


GONE = """
import os, tempfile
folder = tempfile.mkdtemp()
os.chdir(folder)
os.rmdir(folder)
def refuse(*args, **options):
    raise FileNotFoundError("No usable temporary directory found")
tempfile.TemporaryFile = refuse
"""


NO_FOLDER = "ImportError: The folder that Python works in is gone, and not every library can be "


@POSIX
def test_folders_that_are_gone(usual):
    """Some releases of NumPy, and Python 3.10 with some of TensorFlow, cannot be imported there."""
    process = python(GONE + RUN, HOME="/nowhere", TMPDIR="/nowhere")
    if process.returncode:
        assert process.stderr.splitlines()[-1].startswith(NO_FOLDER), process.stderr
    else:
        assert process.stdout == usual


@POSIX
def test_a_library_that_cannot_be_imported_without_a_folder(tmp_path):
    (tmp_path / "keras.py").write_text("raise SystemError('error return without exception set')")
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    process = python(f"{GONE}import nst_helpers", PYTHONPATH=path)
    assert process.stderr.splitlines()[-1].startswith(NO_FOLDER)


def test_an_isolated_python(usual):
    code = f"import sys; sys.path[:0] = {sys.path!r}\n{RUN}"
    process = python(code, "-I")
    assert process.returncode == 0, process.stderr
    assert process.stdout == usual


def test_every_effect_on_the_process_is_listed():
    rooms = sorted(path.stem for path in Path(session.__file__).parent.glob("[a-z]*.py"))
    assert sorted(re.findall(r"^(\w+) :", session.__doc__, re.MULTILINE)) == rooms


def test_nothing_rests_on_what_python_leaves_out():
    """With -O it leaves out assertions, with -OO docstrings too."""
    for path in Path(nst_helpers.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            assert not isinstance(node, ast.Assert), path
            read = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
            assert not (read and node.attr == "__doc__"), path


def test_notes_are_shown_to_who_asks_for_them():
    code = "import nst_helpers; import os; os.write(2, b'...')"
    assert python(code, TF_CPP_MIN_LOG_LEVEL=None).stderr == "..."
    assert len(python(code, TF_CPP_MIN_LOG_LEVEL="0").stderr) > 100


# Handlers of a host program


@pytest.fixture
def handler():
    """Set a handler of interrupts for one test."""
    before = signal.getsignal(signal.SIGINT)
    yield lambda new: signal.signal(signal.SIGINT, new)
    signal.signal(signal.SIGINT, before)


def test_the_second_interrupt_goes_to_the_hosts_handler(handler):
    heard = []

    def host(number, frame):
        heard.append(number)

    handler(host)
    with interrupt_flag() as interrupted:
        signal.raise_signal(signal.SIGINT)
        assert interrupted.is_set()
        assert heard == []
        signal.raise_signal(signal.SIGINT)
    assert heard == [signal.SIGINT]
    assert signal.getsignal(signal.SIGINT) is host


@pytest.mark.parametrize("decided", [signal.SIG_IGN, signal.SIG_DFL])
def test_what_a_host_has_decided_for_interrupts_stays(handler, decided):
    handler(decided)
    with interrupt_flag() as interrupted:
        assert signal.getsignal(signal.SIGINT) is decided
    assert signal.getsignal(signal.SIGINT) is decided
    assert not interrupted.is_set()


def test_between_cells_an_interrupt_is_heard_until_the_last_has_ended(handler):
    """An idle kernel ignores interrupts, and each cell sets a handler of its own while it runs."""
    heard = []
    handler(signal.SIG_IGN)
    with heard_between_cells(lambda: heard.append("one")) as listen:
        listen()
        with heard_between_cells(lambda: heard.append("two")) as listen_too:
            listen_too()
            signal.raise_signal(signal.SIGINT)
            assert heard == ["one", "two"]
            handler(signal.default_int_handler)  # a cell runs
            listen()
            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
            handler(signal.SIG_IGN)  # it has ended
            listen()
        signal.raise_signal(signal.SIGINT)
        assert heard == ["one", "two", "one"]
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_a_handler_that_is_not_pythons(handler, monkeypatch):
    """A host in C may have set one that Python does not know."""
    monkeypatch.setattr(signal, "getsignal", lambda number: None)
    with interrupt_flag() as interrupted:
        pass
    assert not interrupted.is_set()


def test_in_a_thread_no_handler_is_touched(handler):
    before, seen = signal.getsignal(signal.SIGINT), []

    def work():
        with interrupt_flag():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]


# Forks


FORK = """
import os, sys
def child(call):
    number = os.fork()
    if number:
        return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
    try:
        call()
    except RuntimeError as error:
        print(error, flush=True)
    os._exit(0)
"""


@POSIX
def test_a_child_that_was_forked_says_so_where_it_would_wait_for_ever():
    process = python(
        FORK
        + RUN
        + """
transfer = nst.StyleTransfer(C, S, vgg, levels=1)
transfer.run(1, progress=False)
sys.stdout.flush()
calls = lambda: nst.load_vgg("vgg16"), lambda: transfer.run(1, progress=False), lambda: (
    nst.extractor(vgg, ["block1_conv1"])(C)), lambda: print(nst.load_picture("flower", 48).shape)
assert [child(call) for call in calls] == [0] * 4
transfer.run(1, progress=False)
"""
    )
    assert process.returncode == 0, process.stderr
    said = process.stdout.splitlines()[1:]
    assert said[3:] == ["(1, 32, 48, 3)"]
    for sentence in said[:3]:
        assert sentence.startswith("This process was forked after TensorFlow had started")
        assert "get_context('spawn')" in sentence


@POSIX
def test_a_child_that_was_forked_before_works(usual):
    code = RUN.replace("import nst_helpers as nst", "import nst_helpers as nst\nif os.fork():\n"
                       "    sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))")  # fmt: skip
    process = python(f"import os, sys\n{code}")
    assert process.returncode == 0, process.stderr
    assert process.stdout == usual
