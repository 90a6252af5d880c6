"""What touches the whole process, each effect in a module of its own.

quiet_start : on import, TensorFlow is started without its notes, and modules are kept out of the
    garbage collector's rounds. TF_CPP_MIN_LOG_LEVEL is set where it is not.
cell_order : in a notebook, a sentence follows a NameError (IPython's event "post_run_cell").
device : with the first network, a GPU's memory grows with what is needed; on a CPU, TensorFlow
    does not rewrite graphs.
interrupts : during a run, the first interrupt sets a flag (handler of SIGINT, given back after it).
"""
