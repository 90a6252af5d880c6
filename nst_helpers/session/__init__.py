"""What touches the whole process, each effect in a module of its own.

quiet_start : on import, TensorFlow is started, and its notes are kept back (file descriptor 2,
    while it starts; TF_CPP_MIN_LOG_LEVEL where it is not set). Keras is imported for TensorFlow.
    Modules are kept out of the garbage collector's rounds.
cell_order : on import, in a notebook: a sentence follows a NameError (IPython's "post_run_cell").
device : with the first network, a GPU's memory grows with what is needed; on a CPU, TensorFlow
    does not rewrite graphs. Both only where the reader has set nothing.
hosted : in the first cell on a hosted service, widgets are switched on.
forks : with the first network, a forked child remembers that it is one (os.register_at_fork).
quiet_pillow : while a picture is read, Pillow's limit of pixels, its mercy for files that are cut
    off, and Python's warnings are off.
interrupts : during a run, the first interrupt sets a flag; while a studio runs, one between cells
    pauses it (handler of SIGINT, given back afterwards).
progress : during a run, a bar is drawn.
standard_out : sentences and bars go to standard output as it is then; letters that it lacks become
    their numbers.
letters : with the first figure in Japanese, Matplotlib knows a font with its letters.
linear_algebra : between two steps of L-BFGS, NumPy's linear algebra has one thread.
"""
