"""What the refusal of a program's second derivative says at present, in some of the four mixes of modes.

By file and function, or by case.  `python -m tests.programs.orders --update` writes the rows from what it finds.
"""

REFUSED: dict[str, dict[str, str]] = {
    "applying.blocks_of_what_is_written": {"rr": "writes to memory that carries a derivative"},
    "call_forms.axes": {"rf": "is a number or an array"},
    "call_forms.counted_in_cells": {"rr fr rf ff": "is a number or an array"},
    "call_forms.drawn_inside": {"rr": "the method 'normal' of a value that carries a derivative has no rule"},
    "call_forms.lists_of_active_numbers": {"fr rf ff": "is a number or an array"},
    "call_forms.real_beside_complex": {"rf": "is a number or an array"},
    "call_forms.rows_of_nested_lists": {"rr": "is a number or an array", "fr": "resolved at run time"},
    "dicts.sorted_by_value": {"rr": "writes to memory that carries a derivative"},
    "exceptions.last_statement_writes": {
        "rf": "carries a derivative and is written to in a `try`, before a step that "
    },
    "exceptions.lists_filled_last": {"rf": "carries a derivative and is written to in a `try`, before a step that "},
    "exceptions.second_name_of_what_is_written": {
        "rf": "carries a derivative and is written to in a `try`, before a step that "
    },
    "forward_adversaries.iterator_that_two_loops_share": {
        "rr fr rf": "the cotangents of what this loop iterates over have no place to go: th"
    },
    "forward_adversaries.keys_of_all_kinds": {
        "rr fr": "holds numbers of a container that is changed, in tuples of a loop",
        "rf": "is a number or an array",
    },
    "forward_adversaries.written_before_an_error": {
        "rr fr rf": "carries a derivative and is written to in a `try`, before a step that "
    },
    "found.nested_list": {
        "rr fr": "a copy of a container cannot be differentiated where what it holds is ",
        "rf ff": "lives outside the function",
    },
    "found.sum_of_a_list_of_arrays_of_unknown_length": {"rr": "is a number or an array"},
    "found.tuple_that_no_trip_has_made_yet": {"rr": "is a number or an array"},
    "found.unpacked_array_of_unknown_axes": {"rr": "is a number or an array"},
    "functional_arguments.fold": {"rr": "is a number or an array", "fr": "resolved at run time"},
    "functions.functions_as_results": {
        "rr fr": "a function that captures values which carry a derivative is called whe"
    },
    "functions.mutual_recursion": {"rr fr": "resolved at run time"},
    "functions.one_of_two_functions": {
        "rr fr": "a function that captures values which carry a derivative is called whe"
    },
    "functions.recursion_over_arrays": {"rr fr": "resolved at run time"},
    "hidden_writes.multiplied_by_a_recursion": {"rr fr": "resolved at run time"},
    "hidden_writes.sorted_by_a_recursion": {"rr fr": "resolved at run time"},
    "hidden_writes.squared_through_views": {"rr fr": "resolved at run time"},
    "inner_jacobians.a_gradient_of_a_trace": {"rr fr": "is a number or an array"},
    "inner_jacobians.a_pullback_of_a_jacobian": {"rr fr": "is a number or an array"},
    "inner_jacobians.in_a_branch": {"rr": "is a number or an array"},
    "iterators.dicts_spread_in_a_loop": {"rr": "is a number or an array"},
    "iterators.iterators_given_to_helpers": {"rr fr": "is a number or an array"},
    "joins.in_a_loop": {"rr": "may share memory that is written to, and where the loop takes it from "},
    "kept_functions.bound_late": {"rr rf": "is a number or an array"},
    "kept_functions.comprehension_of_functions": {"rr": "is a number or an array"},
    "kept_functions.layers_as_functions": {"rr fr": "lives outside the function"},
    "lists.early_return_after_a_replacement": {"rr": "is a number or an array"},
    "managers.several_managers": {"rr rf": "may change an array"},
    "managers.swallowed_by_a_generator": {"rr": "may change an array"},
    "managers.the_same_step_under_another_state": {"fr rf ff": "in this `try`, which may raise an error"},
    "managers.try_around_with": {"rr": "may change an array"},
    "managers.with_around_try": {"fr rf ff": "in this `try`, which may raise an error"},
    "moved_items.integers_beside_an_array_that_is_written": {"rr": "writes to memory that carries a derivative"},
    "moved_items.item_of_a_slice_replaced": {"rr": "is a number or an array"},
    "moved_items.item_replaced_after_a_concatenation": {"rr": "is a number or an array"},
    "mutation.store_into_arrays_of_a_tuple": {"rr fr": "is a number or an array"},
    "object_protocols.object_given_to_a_helper_that_loops": {"rr": "writes to memory that carries a derivative"},
    "objects.a_callable_chosen_while_running": {
        "rr fr": "a function that captures values which carry a derivative is called whe",
        "rf ff": "resolved at run time",
    },
    "objects.a_dataclass_that_is_changed": {"rr fr rf ff": "is a number or an array"},
    "objects.an_object_as_an_argument": {"rr rf": "is a number or an array"},
    "objects.particles_of_arrays": {"rr": "is a number or an array"},
    "objects.state_in_a_dict": {"rr": "is a number or an array"},
    "ordering.builtin_arithmetic": {"rf": "neither Python source nor a rule"},
    "polynomials.algebra_in_a_loop": {"rf": "is a number or an array"},
    "polynomials.divided": {"rf": "is a number or an array"},
    "polynomials.powers_and_lines": {"rf": "is a number or an array"},
    "pushing.tangent_of_one_of_two_functions": {
        "rr fr": "a function that captures values which carry a derivative is called whe"
    },
    "recursion.argument_overwritten_after_the_call": {"rr fr": "resolved at run time"},
    "recursion.argument_returned": {
        "rr": "is a number or an array",
        "fr": "writes to memory that carries a derivative",
    },
    "recursion.called_for_what_it_notes": {"rr": "may change an array"},
    "recursion.calls_itself_in_a_loop": {"rr fr": "resolved at run time"},
    "recursion.nested_and_used_as_a_value": {"rr fr": "resolved at run time"},
    "recursion.nested_lists": {
        "rr fr": "summed_pullback writes to its argument tree, and is called where it is",
        "rf ff": "lives outside the function",
    },
    "recursion.writing_its_own_array": {
        "rr fr": "resolved at run time",
        "rf": "shares memory that is written to, and it holds arrays that are written",
    },
    "recursion_in_memory.another_argument_returned": {
        "rr fr": "weighted_forward writes to 'a', which may share memory with another of"
    },
    "recursion_in_memory.argument_sorted_in_place": {"rr fr": "resolved at run time"},
    "recursion_in_memory.arguments_that_change_places": {
        "rr fr": "swapped_forward writes to 'b', which may share memory with another of "
    },
    "recursion_in_memory.array_from_around": {
        "rr fr": "go_forward writes to 'out', which may share memory with another of its"
    },
    "recursion_in_memory.array_returned": {"rr fr": "resolved at run time"},
    "recursion_in_memory.arrays_and_lists_of_an_object": {
        "rr fr": "visit_forward writes to 'walk', which may share memory with another of"
    },
    "recursion_in_memory.arrays_that_change_places_in_a_loop": {
        "rr fr": "quicksort_backward writes to 'saved', which may share memory with anot"
    },
    "recursion_in_memory.attempts_inside": {
        "rr fr": "resolved at run time",
        "rf": "carries a derivative and is written to in a `try`, before a step that ",
    },
    "recursion_in_memory.attributes_of_an_object": {
        "rr": "neither Python source nor a rule",
        "fr": "resolved at run time",
    },
    "recursion_in_memory.called_in_a_branch": {
        "rr fr": "fill_forward writes to 'out', which may share memory with another of i"
    },
    "recursion_in_memory.called_in_a_loop_on_what_it_changed": {
        "rr fr": "fill_forward writes to 'out', which may share memory with another of i"
    },
    "recursion_in_memory.constants_then_values": {"rr fr": "resolved at run time"},
    "recursion_in_memory.dict_of_arrays": {
        "rr fr": "dict_walked_forward writes to 'table', which may share memory with ano"
    },
    "recursion_in_memory.differentiated_function_is_the_recursion": {"rr fr": "resolved at run time"},
    "recursion_in_memory.earlier_contents_are_read": {
        "rr fr": "fill_forward writes to 'out', which may share memory with another of i"
    },
    "recursion_in_memory.entry_of_a_list_from_around": {"rr fr": "resolved at run time"},
    "recursion_in_memory.filled_by_flood": {"rr": "is a number or an array", "fr": "resolved at run time"},
    "recursion_in_memory.items_moved_between_lists": {
        "rr fr": "move_forward writes to 'pegs', which may share memory with another of ",
        "rf ff": "move_jvp writes to 'pegs', which may share memory with another of its ",
    },
    "recursion_in_memory.list_from_around": {
        "rr": "neither Python source nor a rule",
        "fr": "resolved at run time",
        "rf ff": "visit_jvp writes to 'found', which may share memory with another of it",
    },
    "recursion_in_memory.list_handed_on": {
        "rr": "neither Python source nor a rule",
        "fr": "resolved at run time",
        "rf ff": "collected_jvp writes to 't', which may share memory with another of it",
    },
    "recursion_in_memory.list_of_arrays": {
        "rr fr": "rows_scaled_forward writes to 'rows', which may share memory with anot"
    },
    "recursion_in_memory.list_of_arrays_from_around": {
        "rr fr": "go_forward writes to 'rows', which may share memory with another of it"
    },
    "recursion_in_memory.list_of_integers_beside_an_array": {
        "rr fr": "logged_forward writes to 'a', which may share memory with another of i"
    },
    "recursion_in_memory.list_of_lists": {
        "rr fr": "paint_forward writes to 'grid', which may share memory with another of",
        "rf ff": "paint_jvp writes to 'grid', which may share memory with another of its",
    },
    "recursion_in_memory.list_sorted_in_place": {
        "rr fr": "lives outside the function",
        "rf ff": "quicksort_jvp writes to 'y', which may share memory with another of it",
    },
    "recursion_in_memory.list_that_grows_by_arrays": {
        "rr fr": "grown_forward writes to 'rows', which may share memory with another of",
        "rf ff": "grown_jvp writes to 'rows', which may share memory with another of its",
    },
    "recursion_in_memory.memory_not_used": {
        "rr fr": "fill_forward writes to 't', which may share memory with another of its"
    },
    "recursion_in_memory.one_array_under_two_keys": {
        "rr fr": "dict_walked_forward writes to 'table', which may share memory with ano"
    },
    "recursion_in_memory.one_list_in_two_places": {
        "rr fr": "aliased_forward writes to 'rows', which may share memory with another "
    },
    "recursion_in_memory.one_of_two_arrays": {"rr fr": "resolved at run time"},
    "recursion_in_memory.permutations_of_a_list": {
        "rr fr": "permuted_forward writes to 't', which may share memory with another of",
        "rf ff": "permuted_jvp writes to 'found', which may share memory with another of",
    },
    "recursion_in_memory.permutations_of_an_array": {
        "rr fr": "permuted_forward writes to 't', which may share memory with another of",
        "rf ff": "permuted_jvp writes to 'found', which may share memory with another of",
    },
    "recursion_in_memory.recursion_from_a_loop": {"rr fr": "resolved at run time"},
    "recursion_in_memory.result_and_memory": {
        "rr fr": "fill_forward writes to 'out', which may share memory with another of i"
    },
    "recursion_in_memory.result_not_used": {
        "rr fr": "fill_forward writes to 'out', which may share memory with another of i"
    },
    "recursion_in_memory.sorted_in_place": {"rr fr": "resolved at run time"},
    "recursion_in_memory.sorted_through_a_spare_array": {
        "rr fr": "merge_sort_forward writes to 'y', which may share memory with another "
    },
    "recursion_in_memory.tuple_of_arrays": {
        "rr fr": "state_stepped_forward writes to 'state', which may share memory with a"
    },
    "recursion_in_memory.two_functions_that_call_each_other": {"rr fr": "resolved at run time"},
    "recursion_in_memory.two_lists_returned": {
        "rr fr": "resolved at run time",
        "rf ff": "sorted_array_jvp writes to 't', which may share memory with another of",
    },
    "recursion_in_memory.values_kept_in_a_dict": {
        "rr fr": "fibonacci_backward writes to 'saved', which may share memory with anot"
    },
    "recursion_in_memory.values_kept_in_a_dict_from_around": {
        "rr fr": "value_backward writes to 'saved', which may share memory with another "
    },
    "recursion_in_memory.values_of_a_tree": {"rr": "neither Python source nor a rule", "fr": "resolved at run time"},
    "recursion_in_memory.variables_from_around": {
        "rr fr": "visit_forward writes to 'out', which may share memory with another of "
    },
    "recursion_in_memory.written_through_views": {"rr fr": "resolved at run time"},
    "sharing.integers_that_a_loop_makes_floats": {"rr fr": "is a number or an array"},
    "slots.pairs_zipped": {"rr": "is a number or an array"},
    "stores.partitioned": {"rf": "writes to memory that carries a derivative"},
    "stores.put_along_an_axis": {"rr": "writes to memory that carries a derivative"},
    "unassigned.list_made_after_a_way_out": {"rr": "is a number or an array"},
    "unassigned.nested_parts_of_a_list_that_no_trip_before_the_last_needs": {"rr": "neither Python source nor a rule"},
    "unassigned.object_made_on_later_trips": {"rr fr": "is a number or an array"},
    "unassigned.pair_called_as_nobody_would": {"rr": "is a number or an array"},
    "unassigned.parts_of_a_list_that_some_trips_replace": {"rr": "is a number or an array"},
}
