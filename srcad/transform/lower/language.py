"""The table of the language: what of Python is differentiated, what is refused, and the way out of that.

The dispatch of the lowering and its refusals, the tests and docs/language.md all read this one table.  The rows of
statements and expressions are named as the nodes of Python's syntax are; a node is supported exactly if a handler is
registered for it.  The other rows are finer than nodes.  For every row there is a program that bears its name in
tests/language: tests run it, differentiate it, and see that it does what its row says.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Construct:
    """One row: the construct's name for people, and for a refused one the reason and the remedy.

    A row that is refused without a reason is refused where more is known than its name.
    """

    name: str
    what: str
    supported: bool = True
    reason: str = ""
    remedy: str = ""


def _yes(name: str, what: str) -> Construct:
    return Construct(name, what)


def _no(name: str, what: str, remedy: str, reason: str = "") -> Construct:
    return Construct(name, what, False, reason or f"{what} cannot be differentiated.", remedy)


def _not(name: str, what: str) -> Construct:
    return Construct(name, what, False)


ASYNCHRONOUS = "Asynchronous functions cannot be differentiated."
ORDINARY = "make it an ordinary `def` and call it from async code."

STATEMENTS = (
    _yes("Assign", "assignment"),
    _yes("AugAssign", "augmented assignment"),
    _yes("AnnAssign", "annotated assignment"),
    _yes("Delete", "`del`"),
    _yes("Expr", "expression statement"),
    _yes("Pass", "`pass`"),
    _yes("If", "`if`"),
    _yes("For", "`for`"),
    _yes("While", "`while`"),
    _yes("Break", "`break`"),
    _yes("Continue", "`continue`"),
    _yes("Return", "`return`"),
    _yes("Raise", "`raise`"),
    _yes("Assert", "`assert`"),
    _yes("Import", "`import`"),
    _yes("ImportFrom", "`from ... import`"),
    _yes("FunctionDef", "nested function"),
    _yes("Try", "`try`"),
    _no("TryStar", "A `try` statement with `except*`", "test the condition with `if` before."),
    _yes("With", "`with`"),
    _yes("Match", "`match`"),
    _yes("ClassDef", "class defined inside a function"),
    _no("Global", "A `global` statement", "return the value instead, or pass it as an argument."),
    _yes("Nonlocal", "`nonlocal`"),
    _no("AsyncFunctionDef", "An asynchronous function", "make it an ordinary `def`."),
    _no("AsyncFor", "An asynchronous loop", ORDINARY, ASYNCHRONOUS),
    _no("AsyncWith", "An asynchronous `with`", ORDINARY, ASYNCHRONOUS),
    _no("TypeAlias", "A `type` statement", "move it to module level."),
)

EXPRESSIONS = (
    _yes("Constant", "literal"),
    _yes("Name", "name"),
    _yes("UnaryOp", "unary operator"),
    _yes("BinOp", "binary operator"),
    _yes("BoolOp", "`and` and `or`"),
    _yes("Compare", "comparison, also chained"),
    _yes("IfExp", "conditional expression"),
    _yes("NamedExpr", "assignment expression `:=`"),
    _yes("Attribute", "attribute"),
    _yes("Subscript", "subscript"),
    _yes("Slice", "slice"),
    _yes("Call", "call"),
    _yes("Tuple", "tuple display"),
    _yes("List", "list display"),
    _yes("Dict", "dict display"),
    _yes("Set", "set display"),
    _yes("ListComp", "list comprehension"),
    _yes("SetComp", "set comprehension"),
    _yes("DictComp", "dict comprehension"),
    _yes("JoinedStr", "f-string"),
    _yes("Lambda", "lambda"),
    _yes("GeneratorExp", "generator expression"),
    _yes("Starred", "starred expression"),
    _yes("Yield", "`yield`"),
    _yes("YieldFrom", "`yield from`"),
    _no("Await", "`await`", ORDINARY, ASYNCHRONOUS),
    _no("TemplateStr", "A template string", "use an f-string."),
)

CONTROL_FLOW = (
    _yes("for_range", "`for` over a range"),
    _yes("for_rows", "`for` over the rows of an array"),
    _yes("for_lists_and_tuples", "`for` over lists and tuples, with tuple targets"),
    _yes("for_zip_enumerate", "`for` over zip and enumerate, with nested targets"),
    _yes("for_reversed", "`for` over reversed"),
    _yes("for_sorted", "`for` over sorted"),
    _yes("for_dict_items", "`for` over the items of a dict"),
    _yes("iterator_used_twice", "iterator whose items are taken in several places"),
    _yes("ndenumerate", "np.ndenumerate and np.ndindex"),
    _yes("trips_that_depend_on_data", "number of trips that depends on data"),
    _yes("for_else", "`for` with `else`"),
    _yes("while_else", "`while` with `else`"),
    _yes("while_true", "`while True`"),
    _yes("while_walrus", "`while` whose test assigns"),
    _yes("break_in_inner_loop", "`break` in an inner loop"),
    _yes("return_in_inner_loop", "`return` in an inner loop"),
    _yes("loop_variable_after_loop", "loop variable used after the loop"),
    _yes("nested_comprehension", "comprehension with several loops and conditions"),
    _yes("generator_consumed_at_once", "generator expression that is consumed at once"),
    _yes("any_all_of_generator", "any and all of a generator expression"),
    _yes("for_over_generator_expression", "generator expression in the head of a `for`"),
    _yes("recursion", "recursion"),
    _yes("mutual_recursion", "mutual recursion"),
    _yes("recursion_on_arrays", "recursion on parts of an array"),
    _yes("recursion_over_a_tree", "recursion over a tree that ends in None"),
    _yes("recursion_that_writes", "recursion that writes to arrays and lists it is given"),
    _yes("try_finally", "`try` with `finally`"),
    _yes("try_else", "`try` with `else`, and the exception's name"),
    _yes("raise_and_catch", "exception raised and caught"),
    _yes("raise_again", "`raise` without an exception"),
    _yes("with_own_context_manager", "context manager written with contextlib"),
    _yes("with_class", "context manager that is a class of one's own"),
    _yes("with_parameters_swapped", "context manager that puts back what it changed"),
    _yes("with_that_swallows", "context manager that swallows an error"),
    _yes("with_of_contextlib", "contextlib.nullcontext, closing, suppress and ExitStack"),
    _not("with_entered_twice", "context manager written with contextlib that may be entered twice"),
    _yes("match_patterns", "`match` with sequences, mappings, classes and guards"),
)

DATA = (
    _yes("unpacking_nested", "nested unpacking"),
    _yes("unpacking_starred", "starred unpacking"),
    _yes("swap", "swap of two names"),
    _yes("tuple_concatenation", "`+` and `*` of tuples"),
    _yes("list_append", "list.append"),
    _yes("list_extend", "list.extend"),
    _yes("list_insert", "list.insert"),
    _yes("list_pop", "list.pop"),
    _yes("list_item_assignment", "assignment to items of a list"),
    _yes("list_slices", "slices of a list"),
    _yes("list_slice_assignment", "assignment to a slice of a list"),
    _yes("list_concatenation", "`+`, `*` and `+=` of lists"),
    _yes("list_delete_item", "`del` of an item of a list"),
    _yes("list_sort_in_place", "list.sort"),
    _yes("list_sorted", "sorted"),
    _yes("extreme_by_a_key", "min and max with `key=`"),
    _yes("list_index_and_count", "list.index and list.count"),
    _yes("list_reverse_in_place", "list.reverse"),
    _yes("one_array_three_times", "list that holds one array several times"),
    _yes("dict_item_assignment", "assignment to items of a dict"),
    _yes("dict_get", "dict.get"),
    _yes("dict_values", "dict.keys and dict.values"),
    _yes("dict_update", "dict.update"),
    _yes("dict_merge", "`|` of dicts, and `**` in a dict"),
    _yes("dict_update_by_operator", "`|=` of dicts"),
    _yes("dict_called", "dict called with keywords"),
    _yes("dict_of_pairs", "dict of pairs"),
    _not("set_of_active_values", "set of values that carry a derivative"),
    _yes("dict_pop", "dict.pop"),
    _yes("dict_setdefault", "dict.setdefault"),
    _yes("defaultdict", "collections.defaultdict, Counter, OrderedDict"),
    _yes("deque", "collections.deque"),
    _yes("heap", "heapq, and bisect.insort"),
    _yes("shallow_copy_of_dict", "copy of a dict that shares its arrays"),
    _yes("string_keys", "strings, as constants and as keys"),
    _yes("nested_parameters", "parameters as nested tuples, lists and dicts"),
    _yes("named_tuple", "named tuple"),
    _yes("dataclass_parameter", "dataclass as a parameter"),
    _yes("dataclass_made", "dataclass made inside, dataclasses.replace"),
    _yes("instance_attributes", "attributes of an instance read and written"),
    _yes("methods", "method that changes its object"),
    _yes("attribute_none_at_first", "attribute that is None until it is given a value"),
    _yes("layers_of_several_classes", "list of objects of several classes that are changed"),
    _yes("linked_objects", "linked structure of objects that ends in None"),
    _yes("property_read", "property"),
    _yes("callable_instance", "instance that is called"),
    _yes("object_iterated", "loop over an object, by its `__iter__`"),
    _yes("object_iterated_by_index", "loop over an object that has only `__getitem__`"),
    _yes("attribute_looked_for", "getattr with a default, hasattr"),
    _yes("cached_property_read", "functools.cached_property"),
    _yes("operator_methods", "operator of a class of one's own"),
    _yes("static_and_class_methods", "static method and class method"),
    _yes("inheritance", "inheritance and super()"),
    _yes("module_constant", "constant of a module"),
    _yes("slice_objects", "slices as objects, Ellipsis, newaxis, negative steps"),
    _yes("copy_copy", "copy.copy"),
    _yes("copy_deepcopy", "copy.deepcopy"),
    _yes("isinstance_test", "isinstance and type see the real types"),
)

FUNCTIONS = (
    _yes("closure_early_binding", "closure that binds by a default"),
    _yes("closure_late_binding", "closure over a variable that is assigned again"),
    _yes("closures_of_a_loop", "closures over the variable of a loop"),
    _yes("nested_function_that_calls_itself", "nested function that calls itself"),
    _yes("function_captured_before_assignment", "nested function over a variable that is assigned later"),
    _yes("class_that_captures", "class defined inside a function, whose methods use variables of that"),
    _not("class_variable_computed", "class defined inside a function, with a variable computed there"),
    _yes("lambdas_on_one_line", "several lambdas on a line"),
    _yes("lambdas_in_containers", "lambdas in containers"),
    _yes("lambda_as_default", "lambda as a default"),
    _yes("function_as_argument", "function as an argument"),
    _yes("function_as_result", "function as a result"),
    _yes("partial", "functools.partial"),
    _yes("reduce_with_function", "functools.reduce"),
    _yes("wraps", "helper decorated with functools.wraps"),
    _yes("nested_decorated", "nested function with a decorator that wraps it"),
    _yes("lru_cache", "functools.lru_cache on inactive arguments"),
    _yes("map_and_filter", "map and filter"),
    _yes("builtin_functions", "sum, min, max, abs, pow, divmod"),
    _yes("round_builtin", "round"),
    _yes("parameters_of_every_kind", "parameters of every kind, with defaults"),
    _yes("spread_arguments", "`*` and `**` in a call"),
    _yes("operator_functions", "functions of the operator module"),
    _yes("bound_methods", "bound method as a value"),
    _yes("print_and_logging", "print and logging in the middle"),
    _yes("generator_function", "generator function as a helper"),
    _not("value_of_a_yield", "value that is sent to a `yield`"),
    _yes("next_of_a_generator", "generator that goes on after `next`"),
    _not("generator_of_itself", "generator function that calls itself"),
    _yes("derivative_inside", "derivative inside a differentiated function"),
    _yes("type_annotations", "type annotations"),
    _yes("function_known_at_run_time", "function known at run time only"),
    _yes("vectorize", "np.vectorize of a function"),
    _yes("apply_along_axis", "np.apply_along_axis of a function"),
)

MUTATION = (
    _yes("item_assignment", "`x[i] = v`"),
    _yes("item_augmented", "`x[i] op= v`"),
    _yes("slice_assignment", "assignment to a slice"),
    _yes("strided_and_reversed_slices", "writing strided and reversed slices"),
    _yes("ellipsis_assignment", "`x[...] = v`, into an empty array"),
    _yes("boolean_mask", "writing through a mask"),
    _yes("integer_array_indices", "writing at an array of indices: plain `+=` adds once"),
    _yes("add_at", "np.add.at adds at repeated indices as often as they occur"),
    _yes("stored_list", "storing a list"),
    _yes("stored_with_broadcasting", "storing with broadcasting"),
    _yes("chained_targets", "`a = x[i] = v`"),
    _yes("tuple_targets", "`x[0], x[1] = v, w`"),
    _yes("overlapping_slices", "overlapping slices"),
    _yes("columns", "columns"),
    _yes("augmented_name", "`name op= v`: in place on an array, a rebinding on a number"),
    _yes("alias", "writing through an alias"),
    _yes("view_written", "writing through a view, read through the base"),
    _yes("base_written", "writing the base, read through a view"),
    _yes("transpose_and_reshape_views", "writing through `.T`, reshape and ravel"),
    _yes("copy_by_ravel", "ravel where it copies"),
    _yes("rows_swapped", "`x[0], x[1] = x[1], x[0]` of rows, which does not swap"),
    _yes("diagonal_view", "np.fill_diagonal"),
    _yes("swapaxes_view", "writing through swapaxes"),
    _yes("diagonal_read", "np.diagonal of memory that is written"),
    _yes("partition", "`.partition`"),
    _yes("parts_of_complex_numbers", "assignment to `.real` and `.imag`"),
    _yes("flat_item", "`.flat`"),
    _not("shape_assigned", "assignment to `.shape`"),
    _yes("split_views", "writing through the parts of np.split"),
    _yes("rows_written_in_a_loop", "writing rows met in a loop"),
    _yes("asarray_aliases", "np.asarray aliases, np.array copies"),
    _yes("arrays_in_containers", "writing arrays kept in containers"),
    _yes("output_argument", "`out=`"),
    _yes("where_argument", "`where=`"),
    _yes("copyto", "np.copyto"),
    _yes("fill", "`.fill`"),
    _yes("put", "np.put"),
    _yes("sort_in_place", "`.sort` of an array"),
    _not("resize", "`.resize`"),
    _yes("integer_array_truncates", "integer arrays truncate what is stored"),
    _yes("buffers_swapped", "buffers swapped in time stepping"),
    _yes("overwritten_in_a_loop", "values overwritten in a loop"),
    _yes("argument_mutated", "argument written to; the caller's own stays as it was"),
    _yes("argument_mutated_by_a_helper", "argument written to by a helper"),
    _yes("number_or_row_written", "`y = x[0]; y += 1`: x is written if it has rows"),
    _yes("one_of_two_arrays_written", "one of two arrays written, by a test"),
    _yes("broadcast_view_read", "np.broadcast_to"),
    _not("rows_of_a_broadcast_array_written", "view that repeats elements, of memory that is written"),
)

NUMBERS = (
    _yes("remainder_and_floor", "`%` and `//` of every sign"),
    _yes("power", "`**`"),
    _yes("power_zero", "`x**0` at zero"),
    _yes("math_functions", "math"),
    _yes("cmath_functions", "cmath and complex numbers"),
    _yes("complex_intermediate", "complex arrays with a real result"),
    _yes("integers", "int() has derivative zero"),
    _yes("float_of_array_element", "float(), `.item()` and `.tolist()` keep the derivative"),
    _yes("array_of_scalars", "np.array of numbers keeps the derivative"),
    _yes("astype_int", "`.astype(int)` has derivative zero"),
    _yes("float32_inside", "mixed precision"),
    _yes("absolute_value_and_power_at_zero", "`abs` and `x**0` at zero"),
    _yes("zero_dimensional", "array without axes"),
    _yes("empty_array", "empty array"),
    _yes("broadcasting", "broadcasting"),
    _yes("guarded_by_where", "np.where that guards"),
    _yes("norms", "norms"),
    _yes("booleans", "booleans in arithmetic"),
    _yes("constants_of_modules", "numbers of modules"),
)

REFUSED = (
    _not("eval_of_text", "eval"),
    _not("exec_of_text", "exec"),
    _not("locals_of_the_frame", "locals"),
    _not("name_not_assigned", "name read before it is assigned"),
    _not("function_without_rule", "function without source and without a rule"),
    _not("bytes_of_an_array", "bytes, pickle"),
    _not("number_read_from_text", "number read from text that was made of a value"),
    _not("ctypes_pointer", "ctypes"),
    _not("global_list_appended", "value put into global state"),
    _not("mutable_default", "value put into a mutable default"),
    _not("integer_argument", "integer asked to be differentiated"),
    _not("string_argument", "string asked to be differentiated"),
    _not("array_as_result", "gradient of a function that returns an array"),
    _not("event_loop", "asyncio"),
)

SECTIONS: dict[str, tuple[Construct, ...]] = {
    "Statements": STATEMENTS,
    "Expressions": EXPRESSIONS,
    "Control flow": CONTROL_FLOW,
    "Data": DATA,
    "Functions": FUNCTIONS,
    "Mutation and sharing": MUTATION,
    "Numbers": NUMBERS,
    "Refused for good": REFUSED,
}

TABLE: dict[str, Construct] = {row.name: row for rows in SECTIONS.values() for row in rows}
