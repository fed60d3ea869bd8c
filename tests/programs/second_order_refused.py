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
    "flat.in_a_helper": {"rr": "is a number or an array"},
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
    "functions.functions_as_results": {
        "rr fr": "a function that captures values which carry a derivative is called whe"
    },
    "functions.one_of_two_functions": {
        "rr fr": "a function that captures values which carry a derivative is called whe"
    },
    "inner_jacobians.a_gradient_of_a_trace": {"rr fr": "is a number or an array"},
    "inner_jacobians.a_pullback_of_a_jacobian": {"rr fr": "is a number or an array"},
    "inner_jacobians.in_a_branch": {"rr": "is a number or an array"},
    "iterators.dicts_spread_in_a_loop": {"rr": "is a number or an array"},
    "iterators.iterators_given_to_helpers": {"rr fr": "is a number or an array"},
    "iterators.views_of_a_dict": {"rr fr": "unbroadcast reads a number from text that was made of a value which ca"},
    "joins.in_a_loop": {"rr": "may share memory that is written to, and where the loop takes it from "},
    "kept_functions.bound_late": {"rr rf": "is a number or an array"},
    "kept_functions.comprehension_of_functions": {"rr": "is a number or an array"},
    "kept_functions.layers_as_functions": {"rr fr": "lives outside the function"},
    "linked.arrays_written": {"rr fr": "is a number or an array"},
    "linked.frozen_nodes": {"rr": "writes to memory that carries a derivative"},
    "linked.list_built": {"rr fr": "is a number or an array"},
    "linked.list_given": {"rr fr": "the attribute 'value' of a value that carries a derivative has no rule"},
    "linked.list_given_and_changed": {
        "rr": "the attribute 'value' of a value that carries a derivative has no rule",
        "fr rf ff": "is a number or an array",
    },
    "linked.list_of_arrays_given": {"rr": "is a number or an array"},
    "linked.list_of_dataclasses_built": {"rr": "writes to memory that carries a derivative"},
    "linked.list_with_a_tail_iterated": {"rr fr": "is a number or an array"},
    "linked.nodes_in_a_dict_too": {"rr fr": "is a number or an array"},
    "linked.nodes_taken_out": {"rr fr": "is a number or an array"},
    "linked.numbers_changed": {"rr fr": "is a number or an array"},
    "linked.one_array_in_two_nodes": {"rr fr rf ff": "is a number or an array"},
    "linked.one_of_two_lists": {"rr fr": "is a number or an array"},
    "linked.queue": {"rr": "whether this stores into an array or into a list is not known"},
    "linked.reversed_in_place": {"rr fr": "is a number or an array"},
    "linked.ring": {"rr fr": "is a number or an array"},
    "linked.search_tree_filled_by_a_loop": {"rr fr": "is a number or an array"},
    "linked.search_tree_filled_by_recursion": {
        "rr fr": "insert_forward writes to 't', which may share memory with another of i"
    },
    "linked.stack_of_results": {"rr fr": "is a number or an array"},
    "linked.tree_of_lists_of_nodes": {
        "rr fr": "is a number or an array",
        "rf": "shares memory that is written to, and it holds arrays that are written",
    },
    "lists.early_return_after_a_replacement": {"rr": "is a number or an array"},
    "local_classes.captures_active_values": {"rr": "writes to memory that carries a derivative"},
    "local_classes.errors_and_base_classes": {"rr": "writes to memory that carries a derivative"},
    "managers.the_same_step_under_another_state": {"fr rf ff": "in this `try`, which may raise an error"},
    "managers.with_around_try": {"fr rf ff": "in this `try`, which may raise an error"},
    "moved_items.integers_beside_an_array_that_is_written": {"rr": "writes to memory that carries a derivative"},
    "moved_items.item_of_a_slice_replaced": {"rr": "is a number or an array"},
    "moved_items.item_replaced_after_a_concatenation": {"rr": "is a number or an array"},
    "mutation.cholesky": {
        "rr": "is a number or an array",
        "rf": "shares memory that is written to, and its cotangent is no such view of",
    },
    "mutation.store_into_arrays_of_a_tuple": {"rr fr": "is a number or an array"},
    "networks.arrays_of_objects_of_an_object_written": {"rr fr rf ff": "is a number or an array"},
    "networks.layers_given": {"rr fr rf ff": "the method 'forward' of a value that carries a derivative has no rule"},
    "networks.layers_in_a_copied_list": {"rr fr": "is a number or an array"},
    "networks.layers_made_in_a_comprehension": {"rr fr": "is a number or an array"},
    "networks.layers_of_one_class_given": {
        "rr fr rf ff": "the method 'forward' of a value that carries a derivative has no rule"
    },
    "networks.layers_of_several_classes": {"rr fr": "is a number or an array"},
    "networks.network_as_an_object": {"rr fr": "is a number or an array"},
    "networks.object_given_that_holds_a_list_of_objects": {
        "rr": "the attribute 't' of a value that carries a derivative has no rule",
        "fr": "is a number or an array",
        "rf ff": "writes to memory that carries a derivative",
    },
    "networks.objects_in_a_list_of_an_object": {"rr fr": "is a number or an array"},
    "networks.objects_that_share_objects": {"rr fr": "is a number or an array"},
    "none.array_of_the_last_trip_written": {"rr fr": "is a number or an array"},
    "none.caches_of_several_objects": {"rr fr": "is a number or an array"},
    "none.caches_of_some_objects": {"rr fr": "is a number or an array"},
    "none.list_found_so_far_and_changed": {"rr": "is a number or an array"},
    "none.object_found_so_far": {"rr": "is a number or an array"},
    "none.pair_found_so_far": {"rr": "neither Python source nor a rule"},
    "none.view_of_the_last_trip_written": {"rr fr": "is a number or an array"},
    "object_protocols.object_given_to_a_helper_that_loops": {"rr": "writes to memory that carries a derivative"},
    "objects.a_callable_chosen_while_running": {
        "rr fr": "a function that captures values which carry a derivative is called whe",
        "rf ff": "resolved at run time",
    },
    "objects.a_dataclass_that_is_changed": {
        "rr fr": "is a number or an array",
        "rf": "shares memory that is written to, and it holds arrays that are written",
    },
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
    "recursion.nested_and_used_as_a_value": {"rr fr": "resolved at run time"},
    "recursion.nested_lists": {
        "rr fr": "a copy of a container cannot be differentiated where what it holds is ",
        "rf ff": "lives outside the function",
    },
    "recursion.writing_its_own_array": {
        "rr fr": "resolved at run time",
        "rf": "shares memory that is written to, and it holds arrays that are written",
    },
    "recursion_in_memory.arrays_and_lists_of_an_object": {
        "rr fr": "visit_forward writes to 'walk', which may share memory with another of"
    },
    "recursion_in_memory.arrays_that_change_places_in_a_loop": {
        "rr fr": "quicksort_backward writes to 'a', which may share memory with another "
    },
    "recursion_in_memory.attempts_inside": {
        "rf": "carries a derivative and is written to in a `try`, before a step that "
    },
    "recursion_in_memory.attributes_of_an_object": {"rr": "neither Python source nor a rule"},
    "recursion_in_memory.filled_by_flood": {"rr": "is a number or an array", "fr": "resolved at run time"},
    "recursion_in_memory.list_from_around": {"rr": "neither Python source nor a rule"},
    "recursion_in_memory.list_handed_on": {"rr": "neither Python source nor a rule"},
    "recursion_in_memory.list_of_lists": {
        "rr fr": "paint_forward writes to 'grid', which may share memory with another of",
        "rf ff": "paint_jvp writes to 'grid', which may share memory with another of its",
    },
    "recursion_in_memory.list_that_grows_by_arrays": {
        "rr fr": "grown_forward writes to 'rows', which may share memory with another of",
        "rf ff": "grown_jvp writes to 'rows', which may share memory with another of its",
    },
    "recursion_in_memory.one_list_in_two_places": {
        "rr fr": "aliased_backward writes to 'd_rows', which may share memory with anoth"
    },
    "recursion_in_memory.values_kept_in_a_dict": {
        "rr": "shares memory that is written to, and it holds arrays that are written"
    },
    "recursion_in_memory.values_kept_in_a_dict_from_around": {
        "rr": "shares memory that is written to, and it holds arrays that are written"
    },
    "recursion_in_memory.values_of_a_tree": {"rr": "neither Python source nor a rule"},
    "recursion_in_memory.variables_from_around": {
        "rr": "is a Variable; no derivative can pass through such objects yet"
    },
    "shallow_copies.copied_by_the_method_beside_numbers": {"rr": "writes to memory that carries a derivative"},
    "shallow_copies.dict_of_keys_and_arrays": {"rr fr": "is a number or an array"},
    "shallow_copies.list_of_numbers_and_arrays_copied": {"rr fr": "lives outside the function"},
    "shallow_copies.nested_argument_copied": {"rf ff": "lives outside the function"},
    "sharing.integers_that_a_loop_makes_floats": {"rr fr": "is a number or an array"},
    "slots.pairs_zipped": {"rr": "is a number or an array"},
    "special_methods.power_of_three_arguments": {"rr": "writes to memory that carries a derivative"},
    "stores.partitioned": {"rf": "writes to memory that carries a derivative"},
    "stores.put_along_an_axis": {"rr": "writes to memory that carries a derivative"},
    "unassigned.list_made_after_a_way_out": {"rr": "is a number or an array"},
    "unassigned.nested_parts_of_a_list_that_no_trip_before_the_last_needs": {"rr": "neither Python source nor a rule"},
    "unassigned.object_made_on_later_trips": {"rr fr": "is a number or an array"},
    "unassigned.pair_called_as_nobody_would": {"rr": "is a number or an array"},
    "unassigned.parts_of_a_list_that_some_trips_replace": {"rr": "is a number or an array"},
}
