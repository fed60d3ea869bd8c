"""Second derivatives of every program: right, or refused for the reason that is stated here."""

import importlib
from pathlib import Path

import pytest
from programs.checking import refused_with
from programs.second_order import check_second_order, second_derivative

REFUSED = {
    "mutation.store_of_lists": "a cotangent was asked",
    "data.nested_comprehension": "add_into_slots",
    "found.helper_given_a_tuple_of_written_arrays": "add_into_slots",
    "found.joined_list_of_written_arrays": "add_into_slots",
    "lists.changed_by_a_helper": "add_into_slots",
    "lists.every_other_deleted": "add_into_slots",
    "lists.extend_self": "add_into_slots",
    "lists.list_of_an_array_sorted-0": "add_into_slots",
    "lists.slice_deleted": "add_into_slots",
    "lists.smallest_taken_in_a_while_loop": "add_into_slots",
    "lists.sorted_in_a_loop": "add_into_slots",
    "lists.sorted_in_place": "add_into_slots",
    "lists.sorted_in_place_by_a_key": "add_into_slots",
    "lists.sorted_in_place_twice": "add_into_slots",
    "lists.sorted_or_reversed": "add_into_slots",
    "ordering.median": "add_into_slots",
    "moved_items.integers_beside_an_array_that_is_written": "add_into_slots writes",
    "moved_items.numbers_of_an_array": "add_into_slots writes",
    "moved_items.slice_of_numbers": "add_into_slots writes",
    "sharing.lists_concatenated_of_which_one_is_changed": "add_into_slots writes to memory",
    "lists.all_replaced": "add_to_slots writes to memory",
    "lists.early_return_after_a_replacement": "add_to_slots writes to memory",
    "lists.repeated": "add_to_slots writes to memory",
    "lists.reversed_in_place": "add_to_slots writes to memory",
    "lists.slice_replaced": "add_to_slots writes to memory",
    "lists.slice_replaced_between_variables": "add_to_slots writes to memory",
    "lists.slice_replaced_by_an_array": "add_to_slots writes to memory",
    "bound_methods.setter_of_a_dict_that_is_mapped": "is a number or an array",
    "data.dict_comprehension": "is a number or an array",
    "data.dict_filled_by_a_loop": "is a number or an array",
    "dicts.deleted_in_a_loop": "is a number or an array",
    "dicts.sorted_by_value": "is a number or an array",
    "dicts.updated": "is a number or an array",
    "dicts.updated_by_an_operator": "is a number or an array",
    "dicts.updated_by_keywords": "is a number or an array",
    "dicts.updated_by_zip": "is a number or an array",
    "dicts.updated_in_a_loop": "is a number or an array",
    "found.sum_of_a_list_of_arrays_of_unknown_length": "is a number or an array",
    "found.tuple_that_no_trip_has_made_yet": "is a number or an array",
    "generators.comprehensions": "is a number or an array",
    "itertools.chained_from_an_iterable": "is a number or an array",
    "itertools.dict_of_pairs": "is a number or an array",
    "kept_functions.comprehension_of_functions": "is a number or an array",
    "lists.arrays_in_list_del": "is a number or an array",
    "lists.list_of_an_array_sorted-1": "is a number or an array",
    "lists.pairs_sorted_in_place": "is a number or an array",
    "lists.pairs_sorted_in_place_by_a_key": "is a number or an array",
    "lists.updated_by_what_reads_it": "is a number or an array",
    "match.active_mappings-0": "is a number or an array",
    "match.mappings-3": "is a number or an array",
    "mutation.store_into_arrays_of_a_dict": "is a number or an array",
    "mutation.store_into_arrays_of_a_list": "is a number or an array",
    "objects.a_dataclass_that_is_changed": "is a number or an array",
    "sharing.written_over_dict_items": "is a number or an array",
    "slots.dict_pairs": "is a number or an array",
    "views.parts_in_a_loop": "is a number or an array",
    "views.windows_in_a_loop": "shows elements several times",
    "slots.pairs_zipped": "is a number or an array",
    "text.keys_made_of_values": "is a number or an array",
    "unassigned.parts_of_a_list_that_some_trips_replace": "is a number or an array",
    "moved_items.item_of_a_slice_replaced": "is a number or an array decides",
    "moved_items.item_replaced_after_a_concatenation": "is a number or an array decides",
    "moved_items.list_of_a_tuple": "is a number or an array decides",
    "moved_items.repeated": "is a number or an array decides",
    "moved_items.rows_of_an_array_extended": "is a number or an array decides",
    "sharing.integers_that_a_loop_makes_floats": "is a number or an array decides",
    "unassigned.list_made_after_a_way_out": "is a number or an array decides",
    "unassigned.pair_called_as_nobody_would": "is a number or an array decides",
    "dicts.argument_that_is_changed": "lives outside the function",
    "dicts.arrays_popped": "lives outside the function",
    "dicts.arrays_updated": "lives outside the function",
    "dicts.changed_by_a_helper": "lives outside the function",
    "dicts.cleared": "lives outside the function",
    "dicts.defaults_set": "lives outside the function",
    "dicts.deleted_and_stored_again": "lives outside the function",
    "dicts.from_keys": "lives outside the function",
    "dicts.order_of_keys": "lives outside the function",
    "dicts.updated_by_pairs": "lives outside the function",
    "generators.array_of_a_list": "lives outside the function",
    "kept_functions.bound_late": "is a number or an array",
    "kept_functions.layers_as_functions": "lives outside the function",
    "kept_functions.table_of_functions": "lives outside the function",
    "mutation.store_into_arrays_of_a_tuple": "lives outside the function",
    "object_protocols.cached_property_in_a_loop": "lives outside the function",
    "object_protocols.containers_of_a_dataclass": "lives outside the function",
    "object_protocols.object_given_to_a_helper_that_loops": "lives outside the function",
    "objects.a_bound_method_as_a_value": "lives outside the function",
    "objects.an_object_as_an_argument": "lives outside the function",
    "objects.particles_of_arrays": "lives outside the function",
    "objects.state_in_a_dict": "lives outside the function",
    "unassigned.list_before_or_in_a_loop": "lives outside the function",
    "managers.several_managers": "may change an array",
    "managers.swallowed_by_a_generator": "may change an array",
    "managers.try_around_with": "may change an array",
    "unassigned.nested_parts_of_a_list_that_no_trip_before_the_last_needs": "neither Python source nor a rule",
    "iterators.dicts_spread_in_a_loop": "own_items",
    "iterators.dicts_united_in_a_loop": "own_items",
    "applying.blocks_of_what_is_written": "add_into_slots",
    "call_forms.positions_as_lists": "a cotangent was asked",
    "call_forms.extremes_of_another_dtype": "is a number or an array",
    "call_forms.rows_of_nested_lists": "is a number or an array",
    "call_forms.drawn_inside": "the method 'normal'",
    "call_forms.counted_in_cells": "is a number or an array",
    "found.nested_list": "resolved at run time",
    "functions.functions_as_results": "resolved at run time",
    "functions.mutual_recursion": "resolved at run time",
    "functions.one_of_two_functions": "resolved at run time",
    "functions.recursion_over_arrays": "resolved at run time",
    "iterators.iterators_given_to_helpers": "resolved at run time",
    "match.in_a_helper": "resolved at run time",
    "nested_recursion.as_value": "resolved at run time",
    "nested_recursion.kept": "resolved at run time",
    "nested_recursion.simpson": "resolved at run time",
    "objects.a_callable_chosen_while_running": "resolved at run time",
    "recursion.adaptive": "resolved at run time",
    "recursion.argument_returned": "resolved at run time",
    "recursion.calls_itself_in_a_loop": "resolved at run time",
    "recursion.in_turns": "resolved at run time",
    "recursion.nested_and_used_as_a_value": "resolved at run time",
    "recursion.nested_lists": "resolved at run time",
    "recursion.writing_its_own_array": "resolved at run time",
    "dicts.deleted_or_popped": "restore_key",
    "dicts.last_item_popped": "restore_key",
    "dicts.popped": "restore_key",
    "dicts.popped_or_a_default": "restore_key",
    "dicts.one_array_for_all_keys": "restore_slot",
    "stores.put_along_an_axis": "take_stored",
    "data.list_insert_and_extend": "take_tail",
    "lists.arrays_in_list": "take_tail",
    "lists.lists_in_list": "take_tail",
    "lists.extended_through_an_alias": "take_tail writes to memory",
    "unassigned.object_made_on_later_trips": "what lives outside the function",
}
"""What the refusal of a program's second derivative says at present, by file and function, or by case."""


def cases():
    """The programs of all files, with their arguments."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        if path.stem not in (Path(__file__).stem, "test_forward", "test_forward_over_reverse"):
            module = importlib.import_module(f"programs.{path.stem}")
            for case in module.programs.cases if hasattr(module, "programs") else ():
                file = path.stem.removeprefix("test_")
                function, args = case.values
                reason = REFUSED.get(f"{file}.{case.id}") or REFUSED.get(f"{file}.{function.__name__}")
                yield pytest.param(function, args, reason, id=f"{file}-{case.id}")


@pytest.mark.parametrize(("function", "args", "reason"), list(cases()))
def test_program(function, args, reason):
    if reason is not None:
        refused_with(lambda: second_derivative(function, args), reason)
    else:
        check_second_order(function, args)
